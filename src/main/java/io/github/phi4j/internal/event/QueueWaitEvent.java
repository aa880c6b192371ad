package io.github.phi4j.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A call waited from its start for its first forward pass. */
@Name("io.github.phi4j.QueueWait")
@Label("Queue Wait")
@Description("A call waited from its start for its first forward pass")
@Category("phi4j")
@StackTrace(false)
public final class QueueWaitEvent extends Event {
  @Label("Calls")
  @Description("Number of calls running and waiting at the end of the wait")
  public int calls;
}
