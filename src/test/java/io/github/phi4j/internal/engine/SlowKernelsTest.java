package io.github.phi4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.internal.model.SlowStep;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The flight recorder's event of a slow step. */
final class SlowKernelsTest {

  @Test
  void slowStepIsRecorded(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("slow.jfr");
    try (Recording recording = new Recording()) {
      recording.start();
      SlowKernels.report(
          new SlowStep(
              "attention", "one token", 20, Duration.ofSeconds(61), 700, Duration.ofMillis(5), 1));
      recording.dump(file);
    }
    List<RecordedEvent> events =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().equals("io.github.phi4j.SlowKernel"))
            .toList();

    assertThat(events).hasSize(1);
    assertThat(events.getFirst().getString("step")).isEqualTo("attention");
    assertThat(events.getFirst().getString("batch")).isEqualTo("one token");
    assertThat(events.getFirst().getLong("bytes")).isEqualTo(700);
    assertThat(events.getFirst().getDuration("time")).hasMillis(5);
  }
}
