import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.PackedWeights;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Prints the seconds that phi4j takes to load a GGUF file in a fresh JVM. Started by {@code
 * compare.mjs}, which puts phi4j on the class path.
 */
public final class LoadSeconds {

  private LoadSeconds() {}

  /** Takes the model, the threads, the length of the context and, optionally, packed weights. */
  public static void main(String[] args) {
    LoadOptions.Builder builder =
        LoadOptions.builder()
            .threads(Integer.parseInt(args[1]))
            .contextLength(Integer.parseInt(args[2]));
    if (args.length > 3) {
      builder.packedWeights(PackedWeights.valueOf(args[3].toUpperCase(Locale.ROOT)));
    }
    LoadOptions options = builder.build();
    long start = System.nanoTime();
    try (Generator generator = Phi4.load(Path.of(args[0]), options);
        var session = generator.newSession()) {
      long end = System.nanoTime();
      System.out.printf("{\"loadSeconds\": %s}%n", (end - start) / 1e9);
    }
  }
}
