"""From a signer to a root: each link is checked, and only a root that is known by its digest counts."""

import hashlib

import pytest

from affidavit.signing.apple.chain import chain_of, known_roots
from tests.builders.apple import Identity, _name, certificate, identity, private_key


def roots_of(who: Identity) -> dict[str, str]:
    return {hashlib.sha256(who.others[-1]).hexdigest(): "Test Root"}


def words(chain) -> list[str]:
    return [issue.word for issue in chain.issues]


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_chain_leads_to_a_known_root_whatever_the_order(kind):
    who = identity(kind)
    for others in (list(who.others), list(reversed(who.others)), [who.certificate, *who.others]):
        made = chain_of(who.certificate, others, code=True, roots=roots_of(who))
        assert (made.root, made.issues, made.certificates) == ("Test Root", (), (who.certificate, *who.others))


def test_a_root_with_the_same_name_and_another_key_is_not_the_root():
    who = identity()
    name, key = _name("Test Root"), private_key("ec", 9)
    other = certificate(name, key, name, key, authority=True, code=False)
    made = chain_of(who.certificate, [who.others[0], other], code=True, roots=roots_of(who))
    assert (made.root, words(made), len(made.certificates)) == ("", ["apple-root-not-known"], 2)


def test_a_certificate_that_may_not_issue_is_no_link():
    # Without this, anyone whom the root vouches for could vouch for others in its name.
    who = identity(authority=False)
    made = chain_of(who.certificate, list(who.others), code=True, roots=roots_of(who))
    assert (made.root, made.certificates) == ("", (who.certificate,))


def test_a_signer_that_is_its_own_root_leads_nowhere():
    name, key = _name("Apple Development: Someone"), private_key("rsa", 3)
    own = certificate(name, key, name, key)
    made = chain_of(own, [], code=True)
    assert (made.root, words(made), made.certificates) == ("", ["apple-root-not-known"], (own,))


def test_two_certificates_that_issue_each_other_do_not_go_on_for_ever():
    one, two = private_key("rsa", 2), private_key("rsa", 3)
    first = certificate(_name("A"), one, _name("B"), two, authority=True)
    second = certificate(_name("B"), two, _name("A"), one, authority=True)
    made = chain_of(first, [first, second], code=True)
    assert (made.root, len(made.certificates)) == ("", 9)


def test_a_certificate_that_is_not_for_code_is_said():
    who = identity(code=False)
    assert words(chain_of(who.certificate, list(who.others), code=True, roots=roots_of(who))) == ["apple-not-for-code"]
    assert not words(chain_of(who.certificate, list(who.others), code=False, roots=roots_of(who)))


@pytest.mark.parametrize("others", [[b""], [b"junk"], [b"\x30\x03\x02\x01\x01"]])
def test_certificates_that_cannot_be_read_are_said(others):
    assert words(chain_of(identity().certificate, others, code=True)) == ["apple-chain-malformed"]
    assert words(chain_of(others[0], [], code=True)) == ["apple-chain-malformed"]


def test_known_roots_are_digests_with_a_name():
    assert all(len(bytes.fromhex(digest)) == 32 and name for digest, name in known_roots().items())
    assert "Apple Root CA" in known_roots().values()
