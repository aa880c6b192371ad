package io.github.phi4j.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A forward pass over the weights, which computes tokens of several sequences. */
@Name("io.github.phi4j.DecodeBatch")
@Label("Decode Batch")
@Description("A forward pass over the weights, which computes tokens of several sequences")
@Category("phi4j")
@StackTrace(false)
public final class PassEvent extends Event {
  @Label("Sequences")
  @Description("Sequences in the pass")
  public int sequences;

  @Label("Decode Tokens")
  @Description("Next tokens of texts, those that are guessed among them")
  public int decodeTokens;

  @Label("Prefill Tokens")
  @Description("Tokens of prompts")
  public int prefillTokens;

  @Label("Waiting")
  @Description("Sequences that wanted tokens and were not in the pass")
  public int waiting;
}
