package consumer;

/** Takes the command line, and with it the library, in the versions of the bom. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    io.github.phi4j.cli.Main.main(args);
  }
}
