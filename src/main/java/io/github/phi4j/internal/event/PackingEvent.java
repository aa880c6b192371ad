package io.github.phi4j.internal.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A packed copy of a model's weights was created, for faster products. */
@Name("io.github.phi4j.Packing")
@Label("Weight Packing")
@Description("A packed copy of a model's weights was created, for faster products")
@Category("phi4j")
@StackTrace(false)
public final class PackingEvent extends Event {
  @Label("Target")
  @Description("The packed file; empty for a copy in memory")
  public String target;

  @Label("Bytes")
  @Description("Size of the packed copy")
  @DataAmount
  public long bytes;
}
