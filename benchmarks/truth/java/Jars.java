import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Jars as the shrinkers want them. */
final class Jars {
    private Jars() {}

    /** Words: "keep" or "strip" debugging data, the jar to write, the jars to read; the first of a class wins. */
    static void merge(String[] words) throws IOException {
        Set<String> seen = new HashSet<>();
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(Path.of(words[1])))) {
            for (int i = 2; i < words.length; i++) {
                try (ZipInputStream in = new ZipInputStream(Files.newInputStream(Path.of(words[i])))) {
                    for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                        String name = entry.getName();
                        if (isCode(name) && seen.add(name)) {
                            byte[] data = in.readAllBytes();
                            ZipEntry made = new ZipEntry(name);
                            made.setTime(0);
                            out.putNextEntry(made);
                            out.write(rewritten(data, words[0].equals("strip") ? ClassReader.SKIP_DEBUG : 0));
                        }
                    }
                }
            }
        }
    }

    static boolean isCode(String name) {
        return name.endsWith(".class") && !name.startsWith("META-INF/") && !name.endsWith("module-info.class");
    }

    /** The class without the names of parameters: R8 3.3 ends at one that has none. */
    private static byte[] rewritten(byte[] data, int skipped) {
        ClassWriter writer = new ClassWriter(0);
        new ClassReader(data).accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String desc, String generic, String[] thrown) {
                return new MethodVisitor(Opcodes.ASM9, super.visitMethod(access, name, desc, generic, thrown)) {
                    @Override
                    public void visitParameter(String parameter, int flags) {}
                };
            }
        }, skipped);
        return writer.toByteArray();
    }
}
