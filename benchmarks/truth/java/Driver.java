import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Writes the code of an app that calls a random part of what its libraries offer.
 *
 * <p>What it calls with comes from an intent or a map, so that no shrinker can know it; what comes back goes
 * into the map, so that no shrinker can drop the call. The calls are spread over listeners and tasks.
 */
final class Driver implements Opcodes {
    private static final String OBJECT = "java/lang/Object";
    private static final String[] TASKS = {
        "java/lang/Runnable run ()V", "android/view/View$OnClickListener onClick (Landroid/view/View;)V",
        "android/os/Handler$Callback handleMessage (Landroid/os/Message;)Z",
        "android/location/LocationListener onProviderEnabled (Ljava/lang/String;)V",
        "android/widget/TextView$OnEditorActionListener onEditorAction "
            + "(Landroid/widget/TextView;ILandroid/view/KeyEvent;)Z",
    };

    private final Map<String, byte[]> written = new TreeMap<>();
    private final Model model;
    private final Random random;
    private final String home;
    private final String store;
    private final List<String> tasks = new ArrayList<>();
    private int keys;

    private Driver(Model model, Random random, String home) {
        this.model = model;
        this.random = random;
        this.home = home;
        this.store = home + "/Store";
    }

    /** Words: seed, package, jar to write, the platform's jar, then SHARE:JAR for each library. */
    static void write(String[] words) throws IOException {
        Random random = new Random(Long.parseLong(words[0]));
        Model model = new Model(Path.of(words[3]));
        List<List<String>> names = new ArrayList<>();
        List<Double> shares = new ArrayList<>();
        for (int i = 4; i < words.length; i++) {
            int at = words[i].indexOf(':');
            shares.add(Double.parseDouble(words[i].substring(0, at)));
            names.add(model.add(Path.of(words[i].substring(at + 1))));
        }
        Driver driver = new Driver(model, random, words[1]);
        List<Model.Declared> used = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            used.addAll(driver.chosen(names.get(i), shares.get(i)));
        }
        Collections.shuffle(used, random);
        driver.code(used);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(Path.of(words[2])))) {
            for (Map.Entry<String, byte[]> item : driver.written.entrySet()) {
                ZipEntry entry = new ZipEntry(item.getKey() + ".class");
                entry.setTime(0);
                out.putNextEntry(entry);
                out.write(item.getValue());
            }
        }
    }

    private List<Model.Declared> chosen(List<String> names, double share) {
        List<Model.Declared> open = new ArrayList<>();
        for (String name : names) {
            Model.Declared found = model.classes.get(name);
            if (found.is(ACC_PUBLIC) && !found.is(ACC_SYNTHETIC | ACC_ANNOTATION) && model.whole(found)) {
                open.add(found);
            }
        }
        Collections.shuffle(open, random);
        int wanted = Math.max(Math.min(3, open.size()), (int) Math.round(open.size() * share));
        return open.subList(0, wanted);
    }

    private void code(List<Model.Declared> used) {
        int at = 0;
        while (at < used.size()) {
            int end = Math.min(used.size(), at + 2 + random.nextInt(6));
            task(used.subList(at, end));
            at = end;
        }
        main();
        store();
    }

    /** A listener or task that uses some classes. */
    private void task(List<Model.Declared> used) {
        String[] kind = TASKS[random.nextInt(TASKS.length)].split(" ");
        String name = home + "/Task" + tasks.size();
        ClassWriter out = start(name, kind[0]);
        MethodVisitor code = out.visitMethod(ACC_PUBLIC, kind[1], kind[2], null, null);
        code.visitCode();
        for (int i = 0; i < used.size(); i++) {
            code.visitMethodInsn(INVOKESTATIC, name, "use" + i, "()V", false);
        }
        code.visitLdcInsn("task " + tasks.size() + " of " + home + " is done");
        log(code);
        if (kind[2].endsWith("Z")) {
            code.visitInsn(ICONST_1);
            code.visitInsn(IRETURN);
        } else {
            code.visitInsn(RETURN);
        }
        end(code);
        if (kind[0].endsWith("LocationListener")) {
            idle(out, "onProviderDisabled", "(Ljava/lang/String;)V");
            idle(out, "onLocationChanged", "(Landroid/location/Location;)V");
            idle(out, "onStatusChanged", "(Ljava/lang/String;ILandroid/os/Bundle;)V");
        }
        for (int i = 0; i < used.size(); i++) {
            MethodVisitor use = out.visitMethod(ACC_PUBLIC | ACC_STATIC, "use" + i, "()V", null, null);
            use.visitCode();
            use(use, used.get(i));
            use.visitInsn(RETURN);
            end(use);
        }
        finish(name, out);
        tasks.add(name);
    }

    private void use(MethodVisitor code, Model.Declared what) {
        instance(code, what);
        List<Model.Callable> open = new ArrayList<>();
        for (Model.Callable method : what.methods()) {
            if (method.is(ACC_PUBLIC) && !method.is(ACC_SYNTHETIC) && !method.name().startsWith("<")
                && model.nameable(method.descriptor()) && !(what.is(ACC_INTERFACE) && method.is(ACC_STATIC))) {
                open.add(method);
            }
        }
        Collections.shuffle(open, random);
        for (Model.Callable method : open.subList(0, Math.min(open.size(), 1 + random.nextInt(4)))) {
            boolean fixed = method.is(ACC_STATIC);
            boolean contract = what.is(ACC_INTERFACE);
            if (!fixed) {
                code.visitVarInsn(ALOAD, 0);
            }
            arguments(code, method.descriptor());
            int how = fixed ? INVOKESTATIC : contract ? INVOKEINTERFACE : INVOKEVIRTUAL;
            code.visitMethodInsn(how, what.name(), method.name(), method.descriptor(), contract);
            result(code, Type.getReturnType(method.descriptor()));
        }
    }

    /** Puts an object of the class into variable 0. */
    private void instance(MethodVisitor code, Model.Declared what) {
        if (what.is(ACC_INTERFACE) && random.nextInt(3) == 0) {
            List<Model.Callable> duties = model.duties(what);
            if (duties != null && duties.size() <= 20) {
                implement(code, what, duties);
                return;
            }
        }
        List<Model.Callable> makers = new ArrayList<>();
        if (!what.is(ACC_ABSTRACT | ACC_INTERFACE)) {
            for (Model.Callable method : what.methods()) {
                if (method.name().equals("<init>") && method.is(ACC_PUBLIC) && !method.is(ACC_SYNTHETIC)
                    && model.nameable(method.descriptor())) {
                    makers.add(method);
                }
            }
        }
        if (makers.isEmpty()) {
            thing(code, what.name());
        } else {
            Model.Callable maker = makers.get(random.nextInt(makers.size()));
            code.visitTypeInsn(NEW, what.name());
            code.visitInsn(DUP);
            arguments(code, maker.descriptor());
            code.visitMethodInsn(INVOKESPECIAL, what.name(), "<init>", maker.descriptor(), false);
        }
        keep(code);
    }

    /** Stores the object on the stack in variable 0 and in the map. */
    private void keep(MethodVisitor code) {
        code.visitInsn(DUP);
        code.visitVarInsn(ASTORE, 0);
        result(code, Type.getObjectType(OBJECT));
    }

    private void implement(MethodVisitor code, Model.Declared what, List<Model.Callable> duties) {
        String name = home + "/Callback" + keys++;
        ClassWriter out = start(name, what.name());
        for (Model.Callable duty : duties) {
            MethodVisitor body = out.visitMethod(ACC_PUBLIC, duty.name(), duty.descriptor(), null, null);
            body.visitCode();
            int at = 1;
            for (Type type : Type.getArgumentTypes(duty.descriptor())) {
                if (type.getSort() >= Type.ARRAY) {
                    body.visitVarInsn(ALOAD, at);
                    result(body, type);
                }
                at += type.getSize();
            }
            Type given = Type.getReturnType(duty.descriptor());
            value(body, given);
            body.visitInsn(given.getOpcode(IRETURN));
            end(body);
        }
        finish(name, out);
        code.visitTypeInsn(NEW, name);
        code.visitInsn(DUP);
        code.visitMethodInsn(INVOKESPECIAL, name, "<init>", "()V", false);
        keep(code);
    }

    private void arguments(MethodVisitor code, String descriptor) {
        for (Type type : Type.getArgumentTypes(descriptor)) {
            value(code, type);
        }
    }

    private void value(MethodVisitor code, Type type) {
        switch (type.getSort()) {
            case Type.VOID -> { }
            case Type.ARRAY, Type.OBJECT -> {
                if (type.getInternalName().equals("java/lang/String")) {
                    code.visitFieldInsn(GETSTATIC, store, "text", "Ljava/lang/String;");
                } else {
                    thing(code, type.getInternalName());
                }
            }
            default -> {
                code.visitFieldInsn(GETSTATIC, store, "number", "I");
                switch (type.getSort()) {
                    case Type.LONG -> code.visitInsn(I2L);
                    case Type.FLOAT -> code.visitInsn(I2F);
                    case Type.DOUBLE -> code.visitInsn(I2D);
                    case Type.BYTE -> code.visitInsn(I2B);
                    case Type.SHORT -> code.visitInsn(I2S);
                    case Type.CHAR -> code.visitInsn(I2C);
                    case Type.BOOLEAN -> {
                        code.visitInsn(ICONST_1);
                        code.visitInsn(IAND);
                    }
                    default -> { }
                }
            }
        }
    }

    private void thing(MethodVisitor code, String type) {
        code.visitLdcInsn(key());
        code.visitMethodInsn(INVOKESTATIC, store, "take", "(Ljava/lang/String;)Ljava/lang/Object;", false);
        code.visitTypeInsn(CHECKCAST, type);
    }

    private void result(MethodVisitor code, Type type) {
        switch (type.getSort()) {
            case Type.VOID -> { }
            case Type.ARRAY, Type.OBJECT -> {
                code.visitLdcInsn(key());
                code.visitMethodInsn(INVOKESTATIC, store, "put", "(Ljava/lang/Object;Ljava/lang/String;)V", false);
            }
            default -> {
                switch (type.getSort()) {
                    case Type.LONG -> code.visitInsn(L2I);
                    case Type.FLOAT -> code.visitInsn(F2I);
                    case Type.DOUBLE -> code.visitInsn(D2I);
                    default -> { }
                }
                code.visitFieldInsn(PUTSTATIC, store, "number", "I");
            }
        }
    }

    private String key() {
        return "key" + keys++ % 97;
    }

    private void log(MethodVisitor code) {
        code.visitFieldInsn(GETSTATIC, store, "text", "Ljava/lang/String;");
        code.visitInsn(SWAP);
        String two = "(Ljava/lang/String;Ljava/lang/String;)I";
        code.visitMethodInsn(INVOKESTATIC, "android/util/Log", "d", two, false);
        code.visitInsn(POP);
    }

    private static void idle(ClassWriter out, String name, String descriptor) {
        MethodVisitor code = out.visitMethod(ACC_PUBLIC, name, descriptor, null, null);
        code.visitCode();
        code.visitInsn(RETURN);
        end(code);
    }

    /** The activity that the manifest names: it takes the intent's values and starts every task. */
    private void main() {
        String name = home + "/MainActivity";
        String parent = "android/app/Activity";
        ClassWriter out = start(name, parent, new String[0]);
        MethodVisitor code = out.visitMethod(ACC_PUBLIC, "onCreate", "(Landroid/os/Bundle;)V", null, null);
        code.visitCode();
        code.visitVarInsn(ALOAD, 0);
        code.visitVarInsn(ALOAD, 1);
        code.visitMethodInsn(INVOKESPECIAL, parent, "onCreate", "(Landroid/os/Bundle;)V", false);
        intent(code, name);
        code.visitLdcInsn("number");
        code.visitInsn(ICONST_0);
        code.visitMethodInsn(
            INVOKEVIRTUAL, "android/content/Intent", "getIntExtra", "(Ljava/lang/String;I)I", false);
        code.visitFieldInsn(PUTSTATIC, store, "number", "I");
        intent(code, name);
        code.visitLdcInsn("text");
        code.visitMethodInsn(
            INVOKEVIRTUAL, "android/content/Intent", "getStringExtra", "(Ljava/lang/String;)Ljava/lang/String;", false);
        code.visitFieldInsn(PUTSTATIC, store, "text", "Ljava/lang/String;");
        for (String task : tasks) {
            code.visitTypeInsn(NEW, task);
            code.visitInsn(DUP);
            code.visitMethodInsn(INVOKESPECIAL, task, "<init>", "()V", false);
            result(code, Type.getObjectType(OBJECT));
        }
        code.visitInsn(RETURN);
        end(code);
        finish(name, out);
    }

    private static void intent(MethodVisitor code, String name) {
        code.visitVarInsn(ALOAD, 0);
        code.visitMethodInsn(INVOKEVIRTUAL, name, "getIntent", "()Landroid/content/Intent;", false);
    }

    private void store() {
        ClassWriter out = start(store, OBJECT, new String[0]);
        out.visitField(ACC_PUBLIC | ACC_STATIC, "number", "I", null, null).visitEnd();
        out.visitField(ACC_PUBLIC | ACC_STATIC, "text", "Ljava/lang/String;", null, null).visitEnd();
        out.visitField(ACC_STATIC, "things", "Ljava/util/HashMap;", null, null).visitEnd();
        MethodVisitor made = out.visitMethod(ACC_STATIC, "<clinit>", "()V", null, null);
        made.visitCode();
        made.visitTypeInsn(NEW, "java/util/HashMap");
        made.visitInsn(DUP);
        made.visitMethodInsn(INVOKESPECIAL, "java/util/HashMap", "<init>", "()V", false);
        made.visitFieldInsn(PUTSTATIC, store, "things", "Ljava/util/HashMap;");
        made.visitInsn(RETURN);
        end(made);
        MethodVisitor put = out.visitMethod(
            ACC_PUBLIC | ACC_STATIC, "put", "(Ljava/lang/Object;Ljava/lang/String;)V", null, null);
        put.visitCode();
        put.visitFieldInsn(GETSTATIC, store, "things", "Ljava/util/HashMap;");
        put.visitVarInsn(ALOAD, 1);
        put.visitVarInsn(ALOAD, 0);
        String two = "(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;";
        put.visitMethodInsn(INVOKEVIRTUAL, "java/util/HashMap", "put", two, false);
        put.visitInsn(POP);
        put.visitInsn(RETURN);
        end(put);
        MethodVisitor take = out.visitMethod(
            ACC_PUBLIC | ACC_STATIC, "take", "(Ljava/lang/String;)Ljava/lang/Object;", null, null);
        take.visitCode();
        take.visitFieldInsn(GETSTATIC, store, "things", "Ljava/util/HashMap;");
        take.visitVarInsn(ALOAD, 0);
        String one = "(Ljava/lang/Object;)Ljava/lang/Object;";
        take.visitMethodInsn(INVOKEVIRTUAL, "java/util/HashMap", "get", one, false);
        take.visitInsn(ARETURN);
        end(take);
        finish(store, out);
    }

    private static ClassWriter start(String name, String contract) {
        return start(name, OBJECT, new String[] {contract});
    }

    private static ClassWriter start(String name, String parent, String[] interfaces) {
        ClassWriter out = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        out.visit(V1_6, ACC_PUBLIC | ACC_SUPER, name, null, parent, interfaces);
        MethodVisitor code = out.visitMethod(ACC_PUBLIC, "<init>", "()V", null, null);
        code.visitCode();
        code.visitVarInsn(ALOAD, 0);
        code.visitMethodInsn(INVOKESPECIAL, parent, "<init>", "()V", false);
        code.visitInsn(RETURN);
        end(code);
        return out;
    }

    private static void end(MethodVisitor code) {
        code.visitMaxs(0, 0);
        code.visitEnd();
    }

    private void finish(String name, ClassWriter out) {
        out.visitEnd();
        written.put(name, out.toByteArray());
    }
}
