import com.google.googlejavaformat.java.Main;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Formats every Java source of the library and the modules, or checks that they are formatted. Run
 * by the library's build, in its directory, with google-java-format on the class path; its argument
 * is {@code check} or {@code apply}.
 */
final class Format {

  private Format() {}

  public static void main(String[] args) throws Exception {
    boolean check =
        switch (String.join(" ", args)) {
          case "check" -> true;
          case "apply" -> false;
          default -> throw new IllegalArgumentException("expected check or apply");
        };
    var arguments = new ArrayList<String>();
    arguments.addAll(check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
    for (Path root : roots()) {
      arguments.addAll(sources(root));
    }

    var unformatted = new StringWriter();
    var errors = new PrintWriter(System.err, true);
    int status =
        new Main(new PrintWriter(unformatted, true), errors, new ByteArrayInputStream(new byte[0]))
            .format(arguments.toArray(String[]::new));
    if (check && status != 0) {
      errors.println("Not formatted (mend with: mvn -q -f pom.xml validate exec:exec@format):");
      errors.println(unformatted);
    }
    System.exit(status);
  }

  /** The library's sources and those of each module. */
  private static List<Path> roots() throws IOException {
    try (Stream<Path> modules = Files.list(Path.of("modules"))) {
      return Stream.concat(Stream.of(Path.of("src")), modules.map(module -> module.resolve("src")))
          .filter(Files::isDirectory)
          .toList();
    }
  }

  private static List<String> sources(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.map(Path::toString).filter(name -> name.endsWith(".java")).sorted().toList();
    }
  }
}
