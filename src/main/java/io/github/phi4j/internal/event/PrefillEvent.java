package io.github.phi4j.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A prompt was prefilled, up to the logits of its last token. */
@Name("io.github.phi4j.Prefill")
@Label("Prefill")
@Description("A prompt was prefilled, up to the logits of its last token")
@Category("phi4j")
@StackTrace(false)
public final class PrefillEvent extends Event {
  @Label("Prompt Tokens")
  @Description("Number of tokens in the prompt")
  public int promptTokens;

  @Label("Cached Tokens")
  @Description("Number of prompt tokens taken from a cache")
  public int cachedTokens;
}
