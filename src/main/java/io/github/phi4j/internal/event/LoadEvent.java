package io.github.phi4j.internal.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * A model was loaded: file mapped and validated, packed weights found or created, threads started.
 */
@Name("io.github.phi4j.Load")
@Label("Model Load")
@Description(
    "A model was loaded: file mapped and validated, packed weights found or created, threads"
        + " started")
@Category("phi4j")
@StackTrace(false)
public final class LoadEvent extends Event {
  @Label("File")
  @Description("The model file, or the first part of a split one")
  public String file;

  @Label("Model")
  @Description("The model's name")
  public String model;

  @Label("Weights")
  @Description("Size of all tensors")
  @DataAmount
  public long weightBytes;
}
