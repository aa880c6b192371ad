package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.ThreadPool;
import io.github.phi4j.testing.ForkedJvm;
import io.github.phi4j.testing.TinyModel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model file that changes during 32 sequences, while another generator uses the same threads. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows does not change mapped files")
final class ChangedModelTest {

  private static final int SEQUENCES = 32;

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"cut, OFF", "emptied, MEMORY", "overwritten, OFF"})
  void eachCallGetsItsExceptionAndOthersContinue(String change, PackedWeights packed)
      throws IOException {
    Path file = Files.copy(TinyModel.Q8_0.path(), directory.resolve("model.gguf"));
    Path other = TinyModel.Q4_K_M.path().toAbsolutePath();

    String printed =
        ForkedJvm.run(
            Program.class,
            directory,
            List.of(),
            file.toString(),
            other.toString(),
            change,
            packed.name());

    assertThat(printed).contains("model exceptions: " + SEQUENCES).contains("others are right");
  }

  @ParameterizedTest
  @CsvSource("replaced, OFF")
  void aFileReplacedByRenamingStaysUsable(String change, PackedWeights packed) throws IOException {
    Path file = Files.copy(TinyModel.Q8_0.path(), directory.resolve("model.gguf"));
    Path other = TinyModel.Q4_K_M.path().toAbsolutePath();

    String printed =
        ForkedJvm.run(
            Program.class,
            directory,
            List.of(),
            file.toString(),
            other.toString(),
            change,
            packed.name());

    assertThat(printed).contains("model exceptions: 0").contains("others are right");
  }

  /** Generates with two models, and changes the file of one. */
  static final class Program {

    private static final GenerationOptions OPTIONS =
        GenerationOptions.builder().maxTokens(300).ignoreModelStop(true).build();

    private Program() {}

    public static void main(String[] args) throws Exception {
      Path file = Path.of(args[0]);
      Path other = Path.of(args[1]);
      try (ThreadPool pool = Phi4.newThreadPool(2);
          Generator first = Phi4.load(file, options(pool, PackedWeights.valueOf(args[3])));
          Generator second = Phi4.load(other, options(pool, PackedWeights.OFF));
          ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        GenerationOptions few = OPTIONS.toBuilder().maxTokens(20).build();
        int[] expected = second.generate(Prompt.tokens(7, 8), few).tokens();
        AtomicBoolean over = new AtomicBoolean();
        List<Future<Integer>> others = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          others.add(
              threads.submit(() -> {
                int right = 0;
                while (!over.get()) {
                  assertThat(second.generate(Prompt.tokens(7, 8), few).tokens())
                      .isEqualTo(expected);
                  right++;
                }
                return right;
              }));
        }
        CountDownLatch begun = new CountDownLatch(SEQUENCES);
        CountDownLatch changed = new CountDownLatch(1);
        List<Future<Completion>> running = new ArrayList<>();
        for (int i = 0; i < SEQUENCES; i++) {
          Prompt prompt = Prompt.tokens(i, 2, 3);
          running.add(threads.submit(() -> generate(first, prompt, begun, changed)));
        }
        begun.await();
        change(file, other, args[2]);
        changed.countDown();
        System.out.println("model exceptions: " + modelExceptions(running));
        over.set(true);
        for (Future<Integer> each : others) {
          assertThat(each.get()).isPositive();
        }
        assertThat(second.generate(Prompt.tokens(7, 8), few).tokens()).isEqualTo(expected);
      }
      System.out.println("others are right");
    }

    private static LoadOptions options(ThreadPool pool, PackedWeights packed) {
      return LoadOptions.builder()
          .threadPool(pool)
          .packedWeights(packed)
          .maxSequences(SEQUENCES)
          .build();
    }

    /** Generates, and waits for the change after the first piece of text. */
    private static Completion generate(
        Generator generator, Prompt prompt, CountDownLatch begun, CountDownLatch changed) {
      AtomicBoolean first = new AtomicBoolean(true);
      return generator.generate(
          prompt,
          OPTIONS,
          text -> {
            if (first.getAndSet(false)) {
              begun.countDown();
              try {
                changed.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            }
            return true;
          });
    }

    private static int modelExceptions(List<Future<Completion>> running)
        throws InterruptedException {
      int count = 0;
      for (Future<Completion> each : running) {
        try {
          each.get();
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof ModelException)) {
            throw new AssertionError("a fault that is not the model's", e);
          }
          count++;
        }
      }
      return count;
    }

    private static void change(Path file, Path other, String how) throws IOException {
      if (how.equals("replaced")) {
        Path copy = Files.copy(other, file.resolveSibling("new"));
        Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
        return;
      }
      try (RandomAccessFile target = new RandomAccessFile(file.toFile(), "rw")) {
        switch (how) {
          case "cut" -> target.setLength(target.length() / 2);
          case "emptied" -> target.setLength(0);
          default -> {
            byte[] bytes = new byte[(int) target.length()];
            target.setLength(0);
            target.write(bytes);
          }
        }
      }
    }
  }
}
