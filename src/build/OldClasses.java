import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Rewrites classes of a jar that are compiled for Java 5 or earlier, as picocli's are, with stack
 * maps: Java keeps no others in its archive of loaded classes. A file in the jar lists them. Run by
 * the command line's build.
 */
final class OldClasses {

  private static final String LIST = "META-INF/rewritten-classes.txt";

  /** Of Java 6's, too, HotSpot may ignore stack maps. */
  private static final int VERSION = ClassFile.JAVA_7_VERSION;

  private OldClasses() {}

  public static void main(String[] args) throws IOException {
    Path jar = Path.of(args[0]);
    Path copy = Path.of(args[0] + ".new");
    List<String> rewritten = new ArrayList<>();
    try (JarFile in = new JarFile(jar.toFile());
        OutputStream file = Files.newOutputStream(copy);
        JarOutputStream out = new JarOutputStream(file);
        URLClassLoader types = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
      ClassFile classFiles =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(types).cached()));
      Enumeration<JarEntry> entries = in.entries();
      while (entries.hasMoreElements()) {
        JarEntry entry = entries.nextElement();
        byte[] content = in.getInputStream(entry).readAllBytes();
        if (entry.getName().endsWith(".class") && version(content) < ClassFile.JAVA_6_VERSION) {
          content = rewrite(classFiles, entry.getName(), content);
          rewritten.add(entry.getName());
        }
        write(out, entry.getName(), entry.getTime(), content);
      }
      if (!rewritten.isEmpty()) {
        String list =
            "The build gave these classes stack maps; their code is unchanged.\n"
                + String.join("\n", rewritten)
                + "\n";
        long time = in.getEntry(JarFile.MANIFEST_NAME).getTime();
        write(out, LIST, time, list.getBytes(StandardCharsets.UTF_8));
      }
    }
    if (rewritten.isEmpty()) {
      Files.delete(copy);
    } else {
      Files.move(copy, jar, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void write(JarOutputStream out, String name, long time, byte[] content)
      throws IOException {
    JarEntry entry = new JarEntry(name);
    entry.setTime(time);
    out.putNextEntry(entry);
    out.write(content);
  }

  private static int version(byte[] classFile) {
    return ByteBuffer.wrap(classFile).getShort(6);
  }

  private static byte[] rewrite(ClassFile classFiles, String name, byte[] content) {
    // Code has to pass a transformation, even this one, or it is copied without stack maps.
    MethodTransform code = MethodTransform.transformingCode(CodeTransform.ACCEPT_ALL);
    try {
      return classFiles.transformClass(
          classFiles.parse(content),
          (builder, element) -> {
            switch (element) {
              case ClassFileVersion _ -> builder.withVersion(VERSION, 0);
              case MethodModel method -> builder.transformMethod(method, code);
              default -> builder.with(element);
            }
          });
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("no stack maps can be made for " + name, e);
    }
  }
}
