package io.github.phi4j.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A context took what it begins with from the prefix cache. */
@Name("io.github.phi4j.CacheHit")
@Label("Prefix Cache Hit")
@Description("A context took what it begins with from the prefix cache")
@Category("phi4j")
@StackTrace(false)
public final class CacheHitEvent extends Event {
  @Label("Tokens")
  @Description("Tokens that did not have to be computed")
  public int tokens;
}
