package io.github.phi4j.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A completion, from call to end. */
@Name("io.github.phi4j.Generation")
@Label("Generation")
@Description("A completion, from call to end")
@Category("phi4j")
@StackTrace(false)
public final class GenerationEvent extends Event {
  @Label("Prompt Tokens")
  @Description("Number of tokens in the prompt")
  public int promptTokens;

  @Label("Cached Tokens")
  @Description("Number of prompt tokens taken from a cache")
  public int cachedTokens;

  @Label("Completion Tokens")
  @Description("Number of generated tokens")
  public int completionTokens;

  @Label("Time to First Token")
  @Description("From the call to the logits of the prompt's last token")
  @Timespan(Timespan.NANOSECONDS)
  public long timeToFirstToken;

  @Label("Finish Reason")
  @Description("Why the completion ended; empty if it failed")
  public String finishReason;

  @Label("Failure")
  @Description("Class of the exception, if the completion failed")
  public String failure;
}
