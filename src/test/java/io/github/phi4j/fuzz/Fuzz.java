package io.github.phi4j.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Runs one target under Jazzer: {@code mvn -f pom.xml -Pfuzz test-compile exec:exec@fuzz
 * -Dfuzz.args="GGUF -max_total_time=60"}. An input that causes an undocumented exception, takes a
 * second of processor time or allocates more than the target's bound is reported and saved in the
 * folder {@code target/fuzz}; inputs worth keeping go to {@code src/test/resources/fuzz}, which
 * {@code FuzzTest} runs on every build.
 */
public final class Fuzz {

  private static final String TARGET = "phi4j.fuzz";
  private static final long NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int WARM_UP = 2000; // inputs that run in a cold JVM

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static FuzzTarget target;
  private static long inputs;

  private Fuzz() {}

  /**
   * Starts Jazzer in this JVM.
   *
   * @param arguments the name of a {@link FuzzTarget}, then options of libFuzzer
   */
  public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
    FuzzTarget chosen = FuzzTarget.valueOf(arguments[0].toUpperCase(Locale.ROOT));
    System.setProperty(TARGET, chosen.name());
    Path folder = Path.of("target", "fuzz", chosen.name());
    Path corpus = Files.createDirectories(folder.resolve("corpus"));
    List<byte[]> seeds = chosen.seeds();
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(corpus.resolve("seed-" + i), seeds.get(i));
    }
    List<String> options =
        new ArrayList<>(
            List.of(
                "--target_class=" + Fuzz.class.getName(),
                "--instrumentation_includes=io.github.phi4j.internal.**:io.github.phi4j.api.**",
                "--custom_hook_includes=io.github.phi4j.internal.**",
                "--disabled_hooks=*",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-timeout=60",
                "-max_len=" + chosen.longest(),
                corpus.toString()));
    Path kept = Path.of("src", "test", "resources", "fuzz", chosen.name());
    if (Files.isDirectory(kept)) {
      options.add(kept.toString());
    }
    options.addAll(Arrays.asList(arguments).subList(1, arguments.length));
    Class.forName("com.code_intelligence.jazzer.Jazzer")
        .getMethod("main", String[].class)
        .invoke(null, (Object) options.toArray(String[]::new));
  }

  /** Called by Jazzer once. */
  public static void fuzzerInitialize() {
    target = FuzzTarget.valueOf(System.getProperty(TARGET));
  }

  /** Called by Jazzer for each input. */
  public static void fuzzerTestOneInput(byte[] input) {
    long cpu = THREADS.getCurrentThreadCpuTime();
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    target.run(input);
    allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
    cpu = THREADS.getCurrentThreadCpuTime() - cpu;
    if (++inputs <= WARM_UP) {
      return;
    }
    if (cpu > NANOS) {
      throw new AssertionError("an input took " + TimeUnit.NANOSECONDS.toMillis(cpu) + " ms");
    }
    if (allocated > target.maxBytes()) {
      throw new AssertionError("an input allocated " + allocated + " bytes");
    }
  }
}
