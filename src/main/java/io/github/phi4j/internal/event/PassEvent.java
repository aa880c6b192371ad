package io.github.phi4j.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A forward pass, which computes tokens of several sequences. */
@Name("io.github.phi4j.DecodeBatch")
@Label("Decode Batch")
@Description("A forward pass, which computes tokens of several sequences")
@Category("phi4j")
@StackTrace(false)
public final class PassEvent extends Event {
  @Label("Sequences")
  @Description("Number of sequences in the pass")
  public int sequences;

  @Label("Decode Tokens")
  @Description("Number of decoded tokens, including speculative ones")
  public int decodeTokens;

  @Label("Prefill Tokens")
  @Description("Number of prompt tokens")
  public int prefillTokens;

  @Label("Waiting")
  @Description("Number of sequences that waited for a later pass")
  public int waiting;
}
