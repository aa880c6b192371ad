import com.google.googlejavaformat.java.Main;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Formats the Java sources of the library and the modules, or checks that they are formatted. Run
 * by the library's build, in its directory, with google-java-format on the class path; its argument
 * is {@code check} or {@code apply}. Only sources changed since the last success are read.
 */
final class Format {

  private static final Path LAST_SUCCESS = Path.of("target", "formatted");

  private Format() {}

  public static void main(String[] args) throws Exception {
    boolean check =
        switch (String.join(" ", args)) {
          case "check" -> true;
          case "apply" -> false;
          default -> throw new IllegalArgumentException("expected check or apply");
        };
    Instant start = Instant.now();
    List<String> changed = changed();
    if (!changed.isEmpty() && !format(check, changed)) {
      System.exit(1);
    }
    Files.createDirectories(LAST_SUCCESS.getParent());
    Files.writeString(LAST_SUCCESS, "");
    Files.setLastModifiedTime(LAST_SUCCESS, FileTime.from(start));
  }

  private static boolean format(boolean check, List<String> sources) throws Exception {
    var arguments = new ArrayList<String>();
    arguments.addAll(check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
    arguments.addAll(sources);
    var unformatted = new StringWriter();
    var errors = new PrintWriter(System.err, true);
    int status =
        new Main(new PrintWriter(unformatted, true), errors, new ByteArrayInputStream(new byte[0]))
            .format(arguments.toArray(String[]::new));
    if (check && status != 0) {
      errors.println("Not formatted (mend with: mvn -q -f pom.xml validate exec:exec@format):");
      errors.println(unformatted);
    }
    return status == 0;
  }

  /** The sources to read: all of them if the formatter may have changed. */
  private static List<String> changed() throws IOException {
    boolean all =
        !Files.exists(LAST_SUCCESS)
            || isNew(Path.of("src/build/Format.java"))
            || isNew(Path.of("modules/pom.xml"));
    List<String> changed = new ArrayList<>();
    for (Path root : roots()) {
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          if (all || isNew(file)) {
            changed.add(file.toString());
          }
        }
      }
    }
    return changed;
  }

  private static boolean isNew(Path file) throws IOException {
    return Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(LAST_SUCCESS)) >= 0;
  }

  /** The library's sources and those of each module. */
  private static List<Path> roots() throws IOException {
    try (Stream<Path> modules = Files.list(Path.of("modules"))) {
      return Stream.concat(Stream.of(Path.of("src")), modules.map(module -> module.resolve("src")))
          .filter(Files::isDirectory)
          .toList();
    }
  }
}
