package io.github.phi4j.internal.event;

import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of a forward pass's event, with and without a recording. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EventBenchmark {

  /** Whether the flight recorder runs. */
  @Param({"false", "true"})
  public boolean recording;

  private Recording recorder; // or null
  private int sequences = 1;

  /** Starts the recorder, and checks that the event is recorded if and only if it is running. */
  @Setup
  public void setUp() {
    if (recording) {
      recorder = new Recording();
      recorder.start();
    }
    boolean[] recorded = {false};
    Recorded.begin(PassEvent::new).commit(event -> recorded[0] = true);
    if (recorded[0] != recording) {
      throw new IllegalStateException("events are on: " + !recording);
    }
  }

  /** Ends the recording. */
  @TearDown
  public void tearDown() {
    if (recording) {
      recorder.close();
    }
  }

  /** No event. */
  @Benchmark
  public int nothing() {
    return work();
  }

  /** The event around the same. */
  @Benchmark
  public int event() {
    Recorded<PassEvent> event = Recorded.begin(PassEvent::new);
    int result = work();
    event.commit(pass -> pass.sequences = result);
    return result;
  }

  private int work() {
    sequences = sequences * 31 + 1;
    return sequences;
  }
}
