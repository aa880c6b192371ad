package io.github.phi4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.PackedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackCommandTest {

  private final Shell shell = new Shell();

  @Test
  void packingReportsProgressAndPrintsThePath() {
    Shell.Result result = shell.run("pack", "-o", "there", "-t", "3", "fake.gguf");
    LoadOptions options = shell.models.loadOptions.getFirst();

    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).isEqualTo("fake.phi4pack\n");
    assertThat(result.err())
        .isEqualTo(
            """
            phi4: packing weights:  50 % of 1.91 MiB
            phi4: packing weights: 100 % of 1.91 MiB
            """);
    assertThat(options.packedFolder()).hasValue(Path.of("there"));
    assertThat(options.threads()).hasValue(3);
  }

  @Test
  void aModelWithNothingToPackIsNotAFailure() {
    shell.models.packed =
        new PackedFile(Path.of("x"), PackedFile.State.MISSING, 0, Optional.empty());
    Shell.Result result = shell.run("pack", "fake.gguf");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).endsWith("no tensor of fake.gguf has a packable type\n");
  }

  @Test
  void verifyingReportsFaults() {
    assertThat(shell.run("pack", "--verify", "fake.gguf"))
        .isEqualTo(new Shell.Result(0, "fake.phi4pack\n", ""));

    shell.models.packed =
        new PackedFile(
            Path.of("fake.phi4pack"), PackedFile.State.CURRENT, 9, Optional.of("a wrong checksum"));
    assertThat(shell.run("pack", "--verify", "fake.gguf"))
        .isEqualTo(
            new Shell.Result(
                1,
                "",
                "phi4: fake.phi4pack at byte 4096: found a wrong checksum; expected sound data\n"));
  }

  @Test
  void deletingRemovesExistingFilesOnly(@TempDir Path directory) throws IOException {
    Path path = Files.writeString(directory.resolve("some.phi4pack"), "packed");
    shell.models.packed = new PackedFile(path, PackedFile.State.UNUSABLE, 6, Optional.of("short"));

    assertThat(shell.run("pack", "--delete", "fake.gguf"))
        .isEqualTo(new Shell.Result(0, "", "phi4: deleted " + path + "\n"));
    assertThat(path).doesNotExist();
    assertThat(shell.run("pack", "--delete", "fake.gguf"))
        .isEqualTo(new Shell.Result(0, "", "phi4: no such file: " + path + "\n"));
  }

  @Test
  void conflictingAndWrongOptionsAreRefused() {
    assertThat(shell.run("pack", "--verify", "--delete", "fake.gguf").exitCode()).isEqualTo(2);
    assertThat(shell.run("pack", "-t", "0", "fake.gguf").exitCode()).isEqualTo(2);
    assertThat(shell.run("pack", "-m", "fake.gguf", "fake.gguf").exitCode()).isEqualTo(2);
  }

  @Test
  void theModelIsNamedByAnOptionOrABarePath() {
    Shell.Result bare = shell.run("pack", "fake.gguf");
    assertThat(bare.exitCode()).isZero();
    assertThat(shell.run("pack", "-m", "fake.gguf")).isEqualTo(bare);
    assertThat(shell.run("inspect", "-m", "fake.gguf"))
        .isEqualTo(shell.run("inspect", "fake.gguf"));
    assertThat(shell.run("inspect", "-m", "fake.gguf", "fake.gguf").err())
        .contains("specified only once");
  }
}
