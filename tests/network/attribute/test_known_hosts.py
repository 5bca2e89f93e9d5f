"""Hosts that reviews meet, and the answers: whose name, who runs it, what for, and who can reach the data."""

from datetime import date

import pytest

from affidavit.network.attribute.asked import Asked
from affidavit.network.attribute.attribution import attribute
from affidavit.network.attribute.knowledge import known

DAY = date(2026, 11, 22)


def alone(host, day=DAY, **more):
    """The answer that names alone give."""
    return attribute([Asked(host, day=day, **more)], None).hosts[0]


@pytest.mark.parametrize(
    ("host", "owner", "group", "seat"),
    [
        # the listed apps and what belongs to their groups
        ("api16-normal-c-useast1a.tiktokv.com", "tiktok", "bytedance", "CN"),
        ("log.byteoversea.com", "bytedance", "bytedance", "CN"),
        ("sf16-va.tiktokcdn.com", "tiktok", "bytedance", "CN"),
        ("api.musical.ly", "tiktok", "bytedance", "CN"),
        ("mon.snssdk.com", "bytedance", "bytedance", "CN"),
        ("www.douyin.com", "bytedance", "bytedance", "CN"),
        ("editor-api-sg.capcut.com", "capcut", "bytedance", "CN"),
        ("open.larksuite.com", "lark", "bytedance", "CN"),
        ("www.feishu.cn", "lark", "bytedance", "CN"),
        ("www.lemon8-app.com", "bytedance", "bytedance", "CN"),
        ("szshort.weixin.qq.com", "wechat", "tencent", "CN"),
        ("servicewechat.com", "wechat", "tencent", "CN"),
        ("mail.qq.com", "tencent", "tencent", "CN"),
        ("ssl.captcha.qq.com", "tencent", "tencent", "CN"),
        ("mobilegw.alipay.com", "ant-group", "ant-group", "CN"),
        ("h-adashx.ut.taobao.com", "alibaba", "alibaba", "CN"),
        ("puds.ucweb.com", "alibaba", "alibaba", "CN"),
        ("hmma.baidu.com", "baidu", "baidu", "CN"),
        ("grs.dbankcloud.com", "huawei", "huawei", "CN"),
        ("data.mistat.xiaomi.com", "xiaomi", "xiaomi", "CN"),
        ("www.wps.com", "wps", "kingsoft", "CN"),
        ("api.camscanner.com", "intsig", "intsig", "CN"),
        ("ksn.kaspersky-labs.com", "kaspersky", "kaspersky", "RU"),
        # those that are of no listed group
        ("firebaselogging-pa.googleapis.com", "google", "alphabet", "US"),
        ("graph.facebook.com", "meta", "meta", "US"),
        ("gsp-ssl.ls.apple.com", "apple", "apple", "US"),
        ("report.appmetrica.yandex.net", "yandex", "yandex", "RU"),
        ("legy-jp.line-apps.com", "line", "line", "JP"),
    ],
)
def test_whose_a_host_is_and_which_group_it_is_of(host, owner, group, seat):
    assert alone(host).owner == owner
    assert [owner, *known().held_by(owner, DAY.isoformat())][-1] == group
    assert known().entities[group].seat == seat


@pytest.mark.parametrize(
    ("host", "operator", "service", "parent", "seat"),
    [
        ("a1.edgekey.net", "akamai", "cdn", "akamai", "US"),
        ("e4.a.akamaiedge.net", "akamai", "cdn", "akamai", "US"),
        ("x.ip.linodeusercontent.com", "linode", "cloud", "akamai", "US"),
        ("d3.cloudfront.net", "amazon", "cdn", "amazon", "US"),
        ("x.global.ssl.fastly.net", "fastly", "cdn", "fastly", "US"),
        ("x.workers.dev", "cloudflare", "cdn", "cloudflare", "US"),
        ("x.appspot.com", "google", "cloud", "alphabet", "US"),
        ("x.github.io", "github", "hosting", "microsoft", "US"),
        ("x.azureedge.net", "microsoft", "cdn", "microsoft", "US"),
        ("x.chinacloudapi.cn", "azure-china", "cloud", "azure-china", "CN"),
        ("ec2-1.cn-north-1.compute.amazonaws.com.cn", "aws-china", "cloud", "aws-china", "CN"),
        ("x.incapdns.net", "imperva", "security", "thales", "FR"),
        ("x.b-cdn.net", "bunny", "cdn", "bunny", "SI"),
        ("x.gcdn.co", "gcore", "cdn", "gcore", "LU"),
        ("x.your-server.de", "hetzner", "hosting", "hetzner", "DE"),
        ("x.cdn77.org", "cdn77", "cdn", "cdn77", "GB"),
        ("x.cdngc.net", "quantil", "cdn", "wangsu", "CN"),
        ("x.lxdns.com", "wangsu", "cdn", "wangsu", "CN"),
        ("x.kunlunca.com", "alibaba-cloud", "cdn", "alibaba", "CN"),
        ("b.oss-us-west-1.aliyuncs.com", "alibaba-cloud", "cloud", "alibaba", "CN"),
        ("x.cdn.dnsv1.com", "tencent-cloud", "cdn", "tencent", "CN"),
        ("b.cos.na-ashburn.myqcloud.com", "tencent-cloud", "cloud", "tencent", "CN"),
        ("x.bdydns.com", "baidu-cloud", "cdn", "baidu", "CN"),
        ("obs.ru-moscow-1.myhuaweicloud.com", "huawei-cloud", "cloud", "huawei", "CN"),
        ("x.ksyuncdn.com", "kingsoft-cloud", "cdn", "kingsoft-cloud", "CN"),
        ("x.volcgslb.com", "volcano-engine", "cdn", "bytedance", "CN"),
        ("b.tos-cn-hongkong.bytepluses.com", "byteplus", "cloud", "bytedance", "CN"),
        # zones that only steer serve nothing
        ("x.trafficmanager.net", "", "unknown", "", ""),
        ("x.akadns.net", "", "unknown", "", ""),
        ("x.bytedns.net", "", "unknown", "", ""),
        ("x.volcdns.com", "", "unknown", "", ""),
        ("x.awsglobalaccelerator.com", "amazon", "cloud", "amazon", "US"),
    ],
)
def test_who_runs_what_has_a_providers_name_and_who_can_reach_it(host, operator, service, parent, seat):
    answer = alone(host)
    assert (answer.operator, answer.service, answer.parent, answer.seat) == (operator, service, parent, seat)
    assert answer.owner == (operator or answer.owner)


@pytest.mark.parametrize("zone", ["edgekey.net", "cloudfront.net", "amazonaws.com", "myqcloud.com", "bytedns.net"])
def test_the_bare_name_of_a_zone_is_the_providers_and_served_by_nobody_known(zone):
    answer = alone(zone)
    assert answer.owner == known().zones[zone].entity
    assert (answer.customer, answer.operator, answer.service) == ("", "", "unknown")


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("fcm.googleapis.com", "push"),
        ("x.fcm.googleapis.com", "push"),
        ("notfcm.googleapis.com", "unknown"),
        ("17-courier.push.apple.com", "push"),
        ("api.xmpush.xiaomi.com", "push"),
        ("sdk.open.talk.igexin.com", "push"),
        ("mpush.qq.com", "push"),
        ("play.google.com", "store"),
        ("a.myapp.com", "store"),
        ("b.a.myapp.com", "store"),
        ("myapp.com", "unknown"),
        ("appgallery.cloud.huawei.com", "store"),
        ("itunes.apple.com", "store"),
        ("buy.itunes.apple.com", "store"),
        ("openapi.alipay.com", "payment"),
        ("api.stripe.com", "payment"),
        ("www.paypal.com", "payment"),
        ("pay.google.com", "payment"),
    ],
)
def test_what_a_host_is_for_is_told_by_the_longest_listing(host, service):
    answer = alone(host)
    assert answer.service == service
    assert [item.value for item in answer.claims if item.about == "service"] == [service] * (service != "unknown")


@pytest.mark.parametrize(
    ("host", "owner", "third"),
    [
        ("api16-access-sg.pangle.io", "pangle", True),
        ("pangolin.snssdk.com", "pangle", True),
        ("xpangolin.snssdk.com", "bytedance", False),
        ("android.bugly.qq.com", "tencent", True),
        ("beacon.qq.com", "tencent", True),
        ("qq.com", "tencent", False),
        ("ulogs.umeng.com", "umeng", True),
        ("s.jpush.cn", "jpush", True),
        ("api.onesignal.com", "onesignal", True),
        ("www.taobao.com", "alibaba", False),
    ],
)
def test_a_service_that_other_apps_build_in_is_marked_as_one(host, owner, third):
    answer = alone(host)
    assert answer.owner == owner
    assert [item.value for item in answer.claims if item.about == "use"] == ["third-party"] * third


@pytest.mark.parametrize(
    ("host", "customer", "counts"),
    [
        # a customer under contract: the label is a domain, whole or with dashes
        ("v16.tiktokcdn.com.akamaized.net", "tiktok", True),
        ("p77-sign-va-lite.tiktokcdn.com.edgesuite.net", "tiktok", True),
        ("lf3-static.bytednsdoc.com.volcgslb.com", "", True),
        ("www.qq.com.cdn.dnsv1.com", "", True),
        ("www.qq.com.dnsv1.com", "tencent", True),
        ("img.alicdn.com.kunlunca.com", "", True),
        ("wx-qlogo-cn.akamaized.net", "tencent", True),
        ("www-qq-com.akamaized.net", "tencent", True),
        ("capcut.com.wscdns.com", "capcut", True),
        # the provider makes the label: it spells nothing
        ("tiktok.com.cloudfront.net", "", True),
        ("tiktok.com.incapdns.net", "", True),
        # anybody makes the label: it is said, and does not count
        ("tiktok.com.s3.amazonaws.com", "tiktok", False),
        ("tiktok.com.s3.eu-west-1.amazonaws.com", "tiktok", False),
        ("wechat.com.oss-cn-beijing.aliyuncs.com", "wechat", False),
        ("tiktok-com.workers.dev", "tiktok", False),
        ("tiktok-com.github.io", "tiktok", False),
        ("wechat-com.appspot.com", "wechat", False),
    ],
)
def test_whose_the_label_before_a_providers_zone_is(host, customer, counts):
    answer = alone(host)
    said = [(item.value, item.counts) for item in answer.claims if item.about == "customer"]
    assert said == [(customer, counts)] * bool(customer)
    assert answer.customer == (customer if counts else "")


@pytest.mark.parametrize(
    ("host", "chain", "owner", "customer", "operator"),
    [
        ("a.example", ("www.tiktok.com.edgekey.net", "e1.akamaiedge.net"), "", "tiktok", "akamai"),
        ("a.example", ("x.akadns.net", "capcut.com.edgesuite.net"), "", "capcut", "akamai"),
        ("a.example", ("tiktok.com.s3.amazonaws.com",), "", "", "amazon"),
        ("a.example", ("www.tiktok.com",), "", "", ""),
        ("www.tiktok.com", ("www.tiktok.com.bytedns.net", "x.fastly.net"), "tiktok", "tiktok", "fastly"),
        ("d1.cloudfront.net", ("www.qq.com.dnsv1.com",), "amazon", "tencent", "tencent-cloud"),
        ("a.example", ("e1.akamaiedge.net", "d1.cloudfront.net"), "", "", "amazon"),
        ("a.example", ("e1.akamaiedge.net", "b.example"), "", "", "akamai"),
        ("a.example", ("", "..", "5.9.9.9", "e1.akamaiedge.net"), "", "", "akamai"),
    ],
)
def test_what_names_of_a_chain_tell(host, chain, owner, customer, operator):
    answer = alone(host, chain=chain)
    assert (answer.owner, answer.customer, answer.operator) == (owner, customer, operator)


@pytest.mark.parametrize(("length", "operator"), [(31, "akamai"), (32, "akamai"), (33, "")])
def test_a_chain_is_followed_for_thirty_two_names(length, operator):
    chain = (*(f"n{number}.example" for number in range(length - 1)), "e1.akamaiedge.net")
    assert alone("a.example", chain=chain).operator == operator


@pytest.mark.parametrize(
    ("entity", "host", "day", "parent", "seat"),
    [
        ("google", "x.appspot.com", "2015-10-01", "google", "US"),
        ("google", "x.appspot.com", "2015-10-02", "alphabet", "US"),
        ("imperva", "x.incapdns.net", "2023-12-03", "imperva", "US"),
        ("imperva", "x.incapdns.net", "2023-12-04", "thales", "FR"),
        ("linode", "x.linodeobjects.com", "2022-03-20", "linode", "US"),
        ("linode", "x.linodeobjects.com", "2022-03-21", "akamai", "US"),
        ("github", "x.github.io", "2018-10-25", "github", "US"),
        ("github", "x.github.io", "2018-10-26", "microsoft", "US"),
    ],
)
def test_who_could_reach_the_data_on_the_day(entity, host, day, parent, seat):
    answer = alone(host, date.fromisoformat(day))
    assert (answer.operator, answer.parent, answer.seat) == (entity, parent, seat)
    assert [item.value for item in answer.claims if item.about == "parent"] == [parent] * (parent != entity)


def test_the_country_of_the_law_of_a_company_is_said_and_does_not_decide():
    seats = [item for item in alone("b.tos-cn-beijing.volces.com").claims if item.about == "seat"]
    assert [(item.value, item.kind, item.counts) for item in seats] == [
        ("CN", "head-office", True), ("KY", "registered", False),
    ]  # fmt: skip
    assert "head office decides" in seats[1].why_not
    assert seats[0].by == "head office of bytedance"
