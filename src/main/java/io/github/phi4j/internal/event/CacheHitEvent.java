package io.github.phi4j.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A context found a prefix of its tokens in the prefix cache. */
@Name("io.github.phi4j.CacheHit")
@Label("Prefix Cache Hit")
@Description("A context found a prefix of its tokens in the prefix cache")
@Category("phi4j")
@StackTrace(false)
public final class CacheHitEvent extends Event {
  @Label("Tokens")
  @Description("Tokens taken from the cache")
  public int tokens;
}
