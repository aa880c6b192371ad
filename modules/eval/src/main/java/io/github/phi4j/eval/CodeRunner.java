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
 * Runs model-generated Python programs. Each runs in a separate process with an empty folder, a
 * clean environment, and limits on time and output.
 *
 * <p>No level hides the machine's files: programs can read everything that the user can read.
 * {@link #process()} does not hide the network either. If that matters, use {@link #command} with a
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
   * The outcome of a program.
   *
   * @param end the kind of end
   * @param output its output, including errors, at most 64 KiB
   */
  public record Outcome(End end, String output) {}

  /** The kind of end. */
  public enum End {
    /** It ended normally. */
    PASSED,
    /** A check failed. */
    FAILED,
    /** It ran out of time. */
    TIMEOUT,
    /** It did not run, or ended with an error other than a failed check. */
    CRASHED
  }

  /**
   * Returns a runner that uses plain processes.
   *
   * @return the runner, with a time limit of 4 seconds
   */
  public static CodeRunner process() {
    return new CodeRunner("process", PYTHON, Duration.ofSeconds(4));
  }

  /**
   * Returns a runner that uses processes in separate Linux namespaces, without network, with limits
   * on memory (4 GiB), processor time, processes and file sizes.
   *
   * @return the runner, with a time limit of 4 seconds
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
          "code cannot be isolated on this system: it needs unshare, prlimit and python3, and "
              + "user namespaces must be allowed ("
              + outcome.output().strip()
              + "). --allow-code process"
              + " runs it without isolation");
    }
    return runner;
  }

  /**
   * Returns a runner that uses a custom command, such as a container, which reads the program from
   * standard input.
   *
   * @param command the command and its arguments, separated by blanks
   * @return the runner, with a time limit of 4 seconds
   */
  public static CodeRunner command(String command) {
    return new CodeRunner(
        "command " + command, Arrays.asList(command.strip().split("\\s+")), Duration.ofSeconds(4));
  }

  /**
   * Returns the isolation level, for the results.
   *
   * @return the level's name
   */
  public String level() {
    return level;
  }

  /**
   * Returns a runner with another time limit.
   *
   * @param newLimit the time limit per program
   * @return the runner
   */
  public CodeRunner withLimit(Duration newLimit) {
    return new CodeRunner(level, prefix, newLimit);
  }

  /**
   * Runs a program. If it ends with an {@code AssertionError}, a check failed.
   *
   * @param program the source
   * @return the outcome
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
            ? new Outcome(
                End.CRASHED, outcome.output() + "\nit ended before its checks were " + "complete")
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
    String system = System.getenv("SystemRoot"); // Python needs it on Windows
    builder.environment().clear();
    builder.environment().put("PATH", path);
    if (system != null) {
      builder.environment().put("SystemRoot", system);
    }
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
      // The program ended before reading all of its input; the outcome shows it.
    }
  }

  /** Reads to the end, so that the program never blocks on output, and keeps the last part. */
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
      // Locked files are left to the system's temporary folder.
    }
  }
}
