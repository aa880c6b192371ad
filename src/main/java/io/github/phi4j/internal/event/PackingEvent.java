package io.github.phi4j.internal.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A copy of a model's weights was made that computes faster. */
@Name("io.github.phi4j.Packing")
@Label("Packing of Weights")
@Description("A copy of a model's weights was made that computes faster")
@Category("phi4j")
@StackTrace(false)
public final class PackingEvent extends Event {
  @Label("Target")
  @Description("The file that was made, or nothing for a copy in memory")
  public String target;

  @Label("Bytes")
  @Description("Bytes of the copy")
  @DataAmount
  public long bytes;
}
