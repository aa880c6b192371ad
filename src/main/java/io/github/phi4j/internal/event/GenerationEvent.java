package io.github.phi4j.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A completion, from the call to its end. */
@Name("io.github.phi4j.Generation")
@Label("Generation")
@Description("A completion, from the call to its end")
@Category("phi4j")
@StackTrace(false)
public final class GenerationEvent extends Event {
  @Label("Prompt Tokens")
  @Description("Tokens of the prompt")
  public int promptTokens;

  @Label("Cached Tokens")
  @Description("How many of them were not computed")
  public int cachedTokens;

  @Label("Completion Tokens")
  @Description("Tokens that were generated")
  public int completionTokens;

  @Label("Time to First Token")
  @Description("From the call to the logits of the prompt's last token")
  @Timespan(Timespan.NANOSECONDS)
  public long timeToFirstToken;

  @Label("Finish Reason")
  @Description("Why it ended; nothing if it failed")
  public String finishReason;

  @Label("Failure")
  @Description("The class of the exception that ended it, if one did")
  public String failure;
}
