import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs every tool in one warm machine. Reads one command a line, its words separated by tabs, and answers
 * with one line: "ok" or "failed" and a reason. The arguments are pairs NAME=JAR:JAR of the tools, each of
 * which gets a class loader of its own, since two generations of one tool define the same classes.
 */
public final class Worker {
    private static final Map<String, ClassLoader> TOOLS = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            String[] paths = argument.substring(at + 1).split(File.pathSeparator);
            URL[] urls = new URL[paths.length];
            for (int i = 0; i < paths.length; i++) {
                urls[i] = new File(paths[i]).toURI().toURL();
            }
            TOOLS.put(argument.substring(0, at), new URLClassLoader(urls, ClassLoader.getPlatformClassLoader()));
        }
        PrintStream answers = System.out;
        System.setOut(System.err);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String answer = "ok";
            try {
                String[] words = line.split("\t", -1);
                run(words[0], Arrays.copyOfRange(words, 1, words.length));
            } catch (Throwable caught) {
                Throwable error = caught;
                while (error instanceof InvocationTargetException && error.getCause() != null) {
                    error = error.getCause();
                }
                error.printStackTrace(System.err);
                answer = "failed\t" + error.toString().replaceAll("\\s+", " ");
            }
            answers.println(answer);
            answers.flush();
        }
    }

    private static void run(String command, String[] words) throws Exception {
        switch (command) {
            case "r8old", "r8new" -> android(command, "R8", words);
            case "d8old", "d8new" -> android("r" + command.substring(1), "D8", words);
            case "proguard" -> proguard(words[0]);
            case "dex2jar" -> dex2jar(words[0], words[1]);
            case "baksmali" -> baksmali(words[0], words[1]);
            case "smali" -> smali(words[0], words[1]);
            case "driver" -> Driver.write(words);
            case "merge" -> Jars.merge(words);
            default -> throw new IllegalArgumentException("no command " + command);
        }
    }

    /** R8 or D8 of one generation, with the arguments of its command line. */
    private static void android(String generation, String tool, String[] words) throws Exception {
        ClassLoader loader = TOOLS.get(generation);
        String home = "com.android.tools.r8.";
        Class<?> command = loader.loadClass(home + tool + "Command");
        Object origin = loader.loadClass(home + "origin.Origin").getMethod("root").invoke(null);
        Object builder = command.getMethod("parse", String[].class, origin.getClass().getSuperclass())
            .invoke(null, words, origin);
        Object parsed = builder.getClass().getMethod("build").invoke(builder);
        loader.loadClass(home + tool).getMethod("run", command).invoke(null, parsed);
    }

    private static void proguard(String configuration) throws Exception {
        ClassLoader loader = TOOLS.get("proguard");
        Class<?> settings = loader.loadClass("proguard.Configuration");
        Class<?> parser = loader.loadClass("proguard.ConfigurationParser");
        Object made = settings.getConstructor().newInstance();
        Object reading = parser.getConstructor(File.class).newInstance(new File(configuration));
        parser.getMethod("parse", settings).invoke(reading, made);
        parser.getMethod("close").invoke(reading);
        Class<?> whole = loader.loadClass("proguard.ProGuard");
        whole.getMethod("execute").invoke(whole.getConstructor(settings).newInstance(made));
    }

    private static void dex2jar(String from, String to) throws Exception {
        ClassLoader loader = TOOLS.get("dex2jar");
        Class<?> translator = loader.loadClass("com.googlecode.d2j.dex.Dex2jar");
        Object made = translator.getMethod("from", File.class).invoke(null, new File(from));
        translator.getMethod("to", java.nio.file.Path.class).invoke(made, new File(to).toPath());
    }

    private static void baksmali(String from, String to) throws Exception {
        ClassLoader loader = TOOLS.get("smali");
        Class<?> opcodes = loader.loadClass("org.jf.dexlib2.Opcodes");
        Object level = opcodes.getMethod("getDefault").invoke(null);
        Class<?> factory = loader.loadClass("org.jf.dexlib2.DexFileFactory");
        Object dex = factory.getMethod("loadDexFile", File.class, opcodes).invoke(null, new File(from), level);
        Class<?> options = loader.loadClass("org.jf.baksmali.BaksmaliOptions");
        Object chosen = options.getConstructor().newInstance();
        options.getField("debugInfo").set(chosen, false);
        Class<?> file = loader.loadClass("org.jf.dexlib2.iface.DexFile");
        Method disassemble = loader.loadClass("org.jf.baksmali.Baksmali")
            .getMethod("disassembleDexFile", file, File.class, int.class, options);
        disassemble.invoke(null, dex, new File(to), 1, chosen);
    }

    private static void smali(String from, String to) throws Exception {
        ClassLoader loader = TOOLS.get("smali");
        Class<?> options = loader.loadClass("org.jf.smali.SmaliOptions");
        Object chosen = options.getConstructor().newInstance();
        options.getField("outputDexFile").set(chosen, to);
        options.getField("apiLevel").set(chosen, 26);
        options.getField("jobs").set(chosen, 1);
        Object done = loader.loadClass("org.jf.smali.Smali").getMethod("assemble", options, List.class)
            .invoke(null, chosen, List.of(from));
        if (!Boolean.TRUE.equals(done)) {
            throw new IllegalStateException("smali refused the text");
        }
    }
}
