import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes the classes that have the text of {@code Packed4Bits} with other constants. Run by the
 * library's build, in its directory, before it compiles.
 */
final class Copies {

  private static final String FOLDER = "io/github/phi4j/internal/kernel";

  private Copies() {}

  public static void main(String[] args) throws IOException {
    String text = Files.readString(Path.of("src/main/java", FOLDER, "Packed4Bits.java"));
    write(text, 2, 8);
    write(text, 5, 16);
    write(text, 6, 8);
  }

  private static void write(String text, int bits, int pairs) throws IOException {
    String name = "Packed" + bits + "Bits";
    String copy =
        replace(
            replace(text.replace("Packed4Bits", name), "BITS = 4;", "BITS = " + bits + ";"),
            "PAIRS = 16;",
            "PAIRS = " + pairs + ";");
    Path file = Path.of("target/generated-sources/kernels", FOLDER, name + ".java");
    if (!Files.exists(file) || !Files.readString(file).equals(copy)) { // or all would be compiled
      Files.createDirectories(file.getParent());
      Files.writeString(file, copy);
    }
  }

  private static String replace(String text, String old, String replacement) {
    if (text.indexOf(old) < 0 || text.indexOf(old) != text.lastIndexOf(old)) {
      throw new IllegalStateException("expected \"" + old + "\" once in Packed4Bits");
    }
    return text.replace(old, replacement);
  }
}
