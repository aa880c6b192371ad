package io.github.phi4j.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A call waited from its beginning until a forward pass took tokens of it. */
@Name("io.github.phi4j.QueueWait")
@Label("Queue Wait")
@Description("A call waited from its beginning until a forward pass took tokens of it")
@Category("phi4j")
@StackTrace(false)
public final class QueueWaitEvent extends Event {
  @Label("Calls")
  @Description("Calls that were running and waiting when it ended")
  public int calls;
}
