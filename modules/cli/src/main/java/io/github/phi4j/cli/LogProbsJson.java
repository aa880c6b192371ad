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
    ObjectNode node = entry(token.id(), token.logProb(), array);
    ArrayNode top = node.putArray("top_logprobs");
    token.alternatives().forEach(other -> entry(other.id(), other.logProb(), top));
  }

  private ObjectNode entry(int id, double logProb, ArrayNode array) {
    ObjectNode node = array.addObject();
    node.put("id", id);
    node.put("token", tokenizer.text(id));
    ArrayNode bytes = node.putArray("bytes"); // a token may end inside a character
    for (byte b : tokenizer.bytes(id)) {
      bytes.add(Byte.toUnsignedInt(b));
    }
    node.put("logprob", logProb);
    return node;
  }
}
