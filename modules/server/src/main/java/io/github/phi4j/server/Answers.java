package io.github.phi4j.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.Timings;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.Tokenizer;
import io.github.phi4j.api.ToolCall;
import io.github.phi4j.api.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The common parts of answers, in OpenAI's and llama.cpp's formats. */
final class Answers {

  /** OpenAI's value for a probability of zero. */
  private static final double MIN_LOG_PROB = -9999;

  private Answers() {}

  static String id(String prefix) {
    return prefix + UUID.randomUUID().toString().replace("-", "");
  }

  static long now() {
    return Instant.now().getEpochSecond();
  }

  static String finishReason(Completion completion) {
    if (isCut(completion)) {
      return "length";
    }
    return completion.toolCalls().isEmpty() ? "stop" : "tool_calls";
  }

  /** Returns whether a limit ended the answer. */
  static boolean isCut(Completion completion) {
    return completion.finishReason() != FinishReason.STOP
        && completion.finishReason() != FinishReason.STOP_STRING;
  }

  /**
   * Returns the usage of all completions of a request, whose prompts are computed once for all
   * samples.
   */
  static ObjectNode usage(List<Completion> completions, int samples, Tokenizer tokenizer) {
    int prompt = 0;
    int cached = 0;
    int completion = 0;
    int reasoning = 0;
    for (int i = 0; i < completions.size(); i++) {
      Usage usage = completions.get(i).usage();
      if (i % samples == 0) {
        prompt += usage.promptTokens();
        // Parallel samples count their common prompt as cached although it was computed.
        cached += samples == 1 ? usage.cachedTokens() : 0;
      }
      completion += usage.completionTokens();
      reasoning += reasoningTokens(completions.get(i), tokenizer);
    }
    ObjectNode node = Json.object();
    node.put("prompt_tokens", prompt)
        .put("completion_tokens", completion)
        .put("total_tokens", prompt + completion);
    node.putObject("prompt_tokens_details").put("cached_tokens", cached);
    node.putObject("completion_tokens_details").put("reasoning_tokens", reasoning);
    return node;
  }

  /**
   * Counts the tokens of the thoughts by encoding them again, since they are not counted
   * separately.
   */
  static int reasoningTokens(Completion completion, Tokenizer tokenizer) {
    return completion.reasoning().isEmpty() ? 0 : tokenizer.encode(completion.reasoning()).length;
  }

  /** Returns the speed in llama.cpp's fields. */
  static ObjectNode timings(Timings timings, Usage usage) {
    return timings(
        usage.cachedTokens(),
        timings.prefillTokens(),
        timings.prefill(),
        usage.completionTokens(),
        timings.decode());
  }

  static ObjectNode timings(
      int cached, int promptTokens, Duration prefill, int tokens, Duration decode) {
    double promptMs = prefill.toNanos() / 1e6;
    double decodeMs = decode.toNanos() / 1e6;
    return Json.object()
        .put("cache_n", cached)
        .put("prompt_n", promptTokens)
        .put("prompt_ms", promptMs)
        .put("prompt_per_token_ms", ratio(promptMs, promptTokens))
        .put("prompt_per_second", ratio(promptTokens * 1000d, promptMs))
        .put("predicted_n", tokens)
        .put("predicted_ms", decodeMs)
        .put("predicted_per_token_ms", ratio(decodeMs, tokens))
        .put("predicted_per_second", ratio(tokens * 1000d, decodeMs));
  }

  private static double ratio(double a, double b) {
    return b == 0 ? 0 : a / b;
  }

  static ArrayNode toolCalls(List<ToolCall> calls) {
    ArrayNode array = Json.array();
    for (ToolCall call : calls) {
      array
          .addObject()
          .put("id", call.id())
          .put("type", "function")
          .putObject("function")
          .put("name", call.name())
          .put("arguments", call.arguments());
    }
    return array;
  }

  /**
   * Returns log-probabilities in the format of chat completions, with llama.cpp's sampling
   * probabilities.
   */
  static ArrayNode logProbs(List<TokenLogProb> tokens, Tokenizer tokenizer) {
    ArrayNode content = Json.array();
    for (TokenLogProb token : tokens) {
      ObjectNode node = content.addObject();
      token(node, token.id(), tokenizer).put("logprob", finite(token.logProb()));
      ArrayNode top = node.putArray("top_logprobs");
      for (TokenLogProb.Alternative each : token.alternatives()) {
        token(top.addObject(), each.id(), tokenizer).put("logprob", finite(each.logProb()));
      }
      token
          .sampled()
          .ifPresent(sampled -> {
            node.put("prob", sampled.probability());
            ArrayNode best = node.putArray("top_probs");
            for (TokenLogProb.Candidate each : sampled.best()) {
              token(best.addObject(), each.id(), tokenizer).put("prob", each.probability());
            }
          });
    }
    return content;
  }

  private static ObjectNode token(ObjectNode node, int id, Tokenizer tokenizer) {
    node.put("id", id).put("token", tokenizer.text(id));
    ArrayNode bytes = node.putArray("bytes");
    for (byte each : tokenizer.bytes(id)) {
      bytes.add(each & 0xFF);
    }
    return node;
  }

  static double finite(double logProb) {
    return Math.max(logProb, MIN_LOG_PROB);
  }
}
