package consumer;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.MetadataValue;
import java.nio.file.Path;

/** Takes the command line, and with it the library, in the versions of the bom. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    if (!(Phi4.inspect(Path.of(args[1])).metadata().get("phi3.context_length")
        instanceof MetadataValue.Int(var length))) {
      throw new AssertionError("the file has no context length");
    }
    System.out.println("a context of " + length + " tokens");
    io.github.phi4j.cli.Main.main(args); // ends the process
  }
}
