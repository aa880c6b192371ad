package io.github.phi4j.eval;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Runs Python programs that a model wrote. Each runs in a process of its own with an empty folder,
 * a cleaned environment, a limit of time and of output.
 *
 * <p>None of the levels hides the machine's files: programs can read what the user can read. {@link
 * #process()} does not hide the network either. Where that matters, give {@link #command} a
 * container.
 */
public final class CodeRunner {

  private static final int MAX_OUTPUT = 64 << 10;
  private static final List<String> PYTHON = List.of("python3", "-I", "-S", "-B", "-");
  private static final long MAX_MEMORY = 4L << 30;

  private final String level;
  private final List<String> prefix;
  private final Duration limit;

  private CodeRunner(String level, List<String> prefix, Duration limit) {
    this.level = level;
    this.prefix = prefix;
    this.limit = limit;
  }

  /**
   * How a program ended.
   *
   * @param end the kind
   * @param output what it wrote, errors too, at most 64 KiB
   */
  public record Outcome(End end, String output) {}

  /** The kinds of ends. */
  public enum End {
    /** It ended by itself, without a fault. */
    PASSED,
    /** A check failed. */
    FAILED,
    /** It ran out of time. */
    TIMEOUT,
    /** It did not run, or ended by an error that is no failed check. */
    CRASHED
  }

  /**
   * A process of its own, with no more around it.
   *
   * @return the runner, with 4 seconds a program
   */
  public static CodeRunner process() {
    return new CodeRunner("process", PYTHON, Duration.ofSeconds(4));
  }

  /**
   * On Linux: a process in namespaces of its own, without network, with limits of memory (4 GiB),
   * processor time, processes and file sizes.
   *
   * @return the runner, with 4 seconds a program
   * @throws IllegalStateException if this system does not allow it
   */
  public static CodeRunner isolated() {
    List<String> command = new ArrayList<>(List.of("unshare", "-rnpf", "--kill-child"));
    command.addAll(
        List.of("prlimit", "--as=" + MAX_MEMORY, "--cpu=30", "--nproc=64", "--fsize=16777216"));
    command.addAll(PYTHON);
    CodeRunner runner = new CodeRunner("isolated", command, Duration.ofSeconds(4));
    Outcome outcome = runner.withLimit(Duration.ofSeconds(20)).run("print(6 * 7)");
    if (outcome.end() != End.PASSED || !outcome.output().strip().equals("42")) {
      throw new IllegalStateException(
          "code cannot be isolated here: unshare, prlimit and python3 are needed, and namespaces of"
              + " users must be allowed ("
              + outcome.output().strip()
              + "). --allow-code process"
              + " runs it without isolation");
    }
    return runner;
  }

  /**
   * A command of the user's own, such as a container, which gets the program on standard input.
   *
   * @param command the command and its arguments, separated by blanks
   * @return the runner, with 4 seconds a program
   */
  public static CodeRunner command(String command) {
    return new CodeRunner(
        "command " + command, Arrays.asList(command.strip().split("\\s+")), Duration.ofSeconds(4));
  }

  /**
   * How it runs programs, for the results.
   *
   * @return the level's name
   */
  public String level() {
    return level;
  }

  /**
   * The same runner with another limit of time.
   *
   * @param newLimit the time that a program may take
   * @return a runner with it
   */
  public CodeRunner withLimit(Duration newLimit) {
    return new CodeRunner(level, prefix, newLimit);
  }

  /**
   * Runs a program. An {@code AssertionError} that ends it is a failed check.
   *
   * @param program the text
   * @return how it ended
   * @throws UncheckedIOException if no process can be started
   */
  public Outcome run(String program) {
    try {
      Path folder = Files.createTempDirectory("phi4-code");
      // A program that ends itself before its checks must not pass.
      String end = "end-" + UUID.randomUUID();
      try {
        Outcome outcome = run(program + "\nprint('\\n" + end + "')\n", folder);
        String output = outcome.output().stripTrailing();
        if (output.endsWith(end)) {
          return new Outcome(outcome.end(), output.substring(0, output.length() - end.length()));
        }
        return outcome.end() == End.PASSED
            ? new Outcome(End.CRASHED, outcome.output() + "\nit ended before its checks were done")
            : outcome;
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("code cannot be run: " + e.getMessage(), e);
    }
  }

  private Outcome run(String program, Path folder) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(prefix).directory(folder.toFile());
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    builder.environment().clear();
    builder.environment().put("PATH", path);
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.redirectErrorStream(true).start();
    try {
      CompletableFuture<String> output =
          CompletableFuture.supplyAsync(
              () -> read(process.getInputStream()), task -> Thread.ofVirtual().start(task));
      Thread.ofVirtual().start(() -> feed(process.getOutputStream(), program));
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return new Outcome(End.TIMEOUT, "no end within " + limit.toMillis() / 1000.0 + " s");
      }
      return outcome(process.exitValue(), output.get(2, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome(End.CRASHED, "interrupted");
    } catch (ExecutionException | TimeoutException e) {
      return new Outcome(End.CRASHED, "the output cannot be read: " + e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static Outcome outcome(int code, String output) {
    if (code == 0) {
      return new Outcome(End.PASSED, output);
    }
    boolean failed = output.lines().anyMatch(line -> line.startsWith("AssertionError"));
    return new Outcome(failed ? End.FAILED : End.CRASHED, output);
  }

  private static void feed(OutputStream stream, String program) {
    try (stream) {
      stream.write(program.getBytes(UTF_8));
    } catch (IOException e) {
      // The program ended before it was read whole; its outcome says so.
    }
  }

  /** Reads to the end, lest the program waits for a reader, and keeps the last part. */
  private static String read(InputStream stream) {
    try (stream) {
      byte[] kept = new byte[0];
      byte[] buffer = new byte[8192];
      for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
        byte[] both = Arrays.copyOf(kept, kept.length + n);
        System.arraycopy(buffer, 0, both, kept.length, n);
        kept = both.length > MAX_OUTPUT ? Arrays.copyOfRange(both, n, both.length) : both;
      }
      return new String(kept, UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException | UncheckedIOException e) {
      // What a program locked stays with the system's other temporary files.
    }
  }
}
