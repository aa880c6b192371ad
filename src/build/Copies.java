import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes the classes that have the text of another one with other constants. Run by the library's
 * build, in its directory, before it compiles.
 */
final class Copies {

  private static final String FOLDER = "io/github/phi4j/internal/kernel";

  private Copies() {}

  public static void main(String[] args) throws IOException {
    String bits = read("Packed4Bits");
    for (int[] constants : new int[][] {{2, 8}, {5, 16}, {6, 8}}) {
      String name = "Packed" + constants[0] + "Bits";
      String copy = replace(bits.replace("Packed4Bits", name), "BITS = 4;", constants[0]);
      write(name, replace(copy, "PAIRS = 16;", constants[1]));
    }
    String sums = read("PackedSums5");
    for (int tokens = 2; tokens < 5; tokens++) {
      String name = "PackedSums" + tokens;
      write(name, replace(sums.replace("PackedSums5", name), "TOKENS = 5;", tokens));
    }
    for (String name : new String[] {"KeyScores", "ValueSums"}) {
      String text = read(name + "8").replace(name + "8", name + "4");
      write(name + "4", replace(text, "QUERIES = 8;", 4));
    }
  }

  private static String read(String name) throws IOException {
    return Files.readString(Path.of("src/main/java", FOLDER, name + ".java"));
  }

  /** Gives a constant another value. */
  private static String replace(String text, String old, int value) {
    if (text.indexOf(old) < 0 || text.indexOf(old) != text.lastIndexOf(old)) {
      throw new IllegalStateException("expected \"" + old + "\" once");
    }
    return text.replace(old, old.substring(0, old.indexOf('=') + 2) + value + ";");
  }

  private static void write(String name, String text) throws IOException {
    Path file = Path.of("target/generated-sources/kernels", FOLDER, name + ".java");
    if (!Files.exists(file) || !Files.readString(file).equals(text)) { // or all would be compiled
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    }
  }
}
