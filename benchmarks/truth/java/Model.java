import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** What other code can call in the classes of some jars. */
final class Model {
    /** One method as declared. */
    record Callable(int access, String name, String descriptor) {
        boolean is(int flag) {
            return (access & flag) != 0;
        }
    }

    /** One class as declared. */
    record Declared(int access, String name, String parent, String[] interfaces, List<Callable> methods) {
        boolean is(int flag) {
            return (access & flag) != 0;
        }
    }

    final Map<String, Declared> classes = new TreeMap<>();
    private final Set<String> platform = new HashSet<>();

    /** Reads the names of the platform's classes. */
    Model(Path android) throws IOException {
        try (ZipFile jar = new ZipFile(android.toFile())) {
            jar.stream().map(ZipEntry::getName).filter(Jars::isCode)
                .forEach(name -> platform.add(name.substring(0, name.length() - 6)));
        }
    }

    /** Reads a jar; gives the names of its classes in order. */
    List<String> add(Path path) throws IOException {
        List<String> names = new ArrayList<>();
        try (ZipInputStream jar = new ZipInputStream(Files.newInputStream(path))) {
            for (ZipEntry entry = jar.getNextEntry(); entry != null; entry = jar.getNextEntry()) {
                if (Jars.isCode(entry.getName())) {
                    Declared read = read(jar.readAllBytes());
                    if (classes.putIfAbsent(read.name(), read) == null) {
                        names.add(read.name());
                    }
                }
            }
        }
        names.sort(null);
        return names;
    }

    private static Declared read(byte[] data) {
        List<Callable> methods = new ArrayList<>();
        ClassReader reader = new ClassReader(data);
        reader.accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String desc, String generic, String[] thrown) {
                methods.add(new Callable(access, name, desc));
                return null;
            }
        }, ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        return new Declared(
            reader.getAccess(), reader.getClassName(), reader.getSuperName(), reader.getInterfaces(), methods);
    }

    /** Whether all types of a method can be named by other code. */
    boolean nameable(String descriptor) {
        for (Type type : Type.getArgumentTypes(descriptor)) {
            if (!visible(type)) {
                return false;
            }
        }
        return visible(Type.getReturnType(descriptor));
    }

    private boolean visible(Type type) {
        Type inner = type.getSort() == Type.ARRAY ? type.getElementType() : type;
        if (inner.getSort() != Type.OBJECT || platform.contains(inner.getInternalName())) {
            return true;
        }
        Declared found = classes.get(inner.getInternalName());
        return found != null && found.is(Opcodes.ACC_PUBLIC);
    }

    /** Whether the class and all that it extends is read, so that a call into it can be resolved. */
    boolean whole(Declared what) {
        for (Declared at = what; at != null; at = classes.get(at.parent())) {
            for (String name : at.interfaces()) {
                if (!platform.contains(name) && !classes.containsKey(name)) {
                    return false;
                }
            }
            if (at.parent() == null || platform.contains(at.parent())) {
                return true;
            }
        }
        return false;
    }

    /** The methods that a class has to define to implement an interface; null when not all is read. */
    List<Callable> duties(Declared contract) {
        Map<String, Callable> found = new TreeMap<>();
        List<Declared> open = new ArrayList<>(List.of(contract));
        Set<String> seen = new HashSet<>();
        while (!open.isEmpty()) {
            Declared at = open.remove(open.size() - 1);
            if (!seen.add(at.name())) {
                continue;
            }
            for (String name : at.interfaces()) {
                Declared next = classes.get(name);
                if (next == null) {
                    return null;
                }
                open.add(next);
            }
            for (Callable method : at.methods()) {
                if (method.is(Opcodes.ACC_ABSTRACT)) {
                    if (!nameable(method.descriptor())) {
                        return null;
                    }
                    found.put(method.name() + method.descriptor(), method);
                }
            }
        }
        return new ArrayList<>(found.values());
    }
}
