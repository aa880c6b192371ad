package io.github.phi4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.Tokenizer;

/** Log-probabilities in JSON, with the field names of OpenAI's and llama.cpp's servers. */
final class LogProbsJson {

  private final Tokenizer tokenizer;

  LogProbsJson(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  void add(TokenLogProb token, ArrayNode array) {
    ObjectNode node = entry(token.id(), "logprob", token.logProb(), array);
    ArrayNode top = node.putArray("top_logprobs");
    token.alternatives().forEach(other -> entry(other.id(), "logprob", other.logProb(), top));
    token.sampled().ifPresent(sampled -> add(sampled, node));
  }

  private void add(TokenLogProb.Sampled sampled, ObjectNode node) {
    node.put("prob", sampled.probability());
    ArrayNode top = node.putArray("top_probs");
    sampled.best().forEach(other -> entry(other.id(), "prob", other.probability(), top));
  }

  private ObjectNode entry(int id, String measure, double value, ArrayNode array) {
    ObjectNode node = array.addObject();
    node.put("id", id);
    node.put("token", tokenizer.text(id));
    ArrayNode bytes = node.putArray("bytes"); // a token may end inside a character
    for (byte b : tokenizer.bytes(id)) {
      bytes.add(Byte.toUnsignedInt(b));
    }
    node.put(measure, value);
    return node;
  }
}
