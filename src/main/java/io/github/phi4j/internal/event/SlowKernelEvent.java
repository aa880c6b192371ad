package io.github.phi4j.internal.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** HotSpot left a step of the forward pass slow; recorded once per model, step and batch size. */
@Name("io.github.phi4j.SlowKernel")
@Label("Slow Kernel")
@Description(
    "HotSpot left a step of the forward pass slow; recorded once per model, step and batch size")
@Category("phi4j")
@StackTrace(false)
public final class SlowKernelEvent extends Event {
  @Label("Step")
  @Description("The step of the forward pass")
  public String step;

  @Label("Batch")
  @Description("The number of tokens in the pass")
  public String batch;

  @Label("Allocated Bytes")
  @Description(
      "Bytes that one thread allocated for the step in a pass; compiled kernels allocate none")
  @DataAmount
  public long bytes;

  @Label("Time")
  @Description("The time of the step in a pass, over all layers")
  @Timespan(Timespan.NANOSECONDS)
  public long time;
}
