package io.github.phi4j.server;

import io.github.phi4j.api.GenerationOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The settings of a server. */
record Settings(
    String host,
    int port,
    List<String> modelNames,
    List<byte[]> keyDigests,
    Set<String> allowedHosts,
    Set<String> allowedOrigins,
    GenerationOptions defaults,
    int maxRequests,
    long maxBodyBytes,
    int maxMessages,
    int maxConnections,
    Duration requestTime,
    Duration answerTime,
    Duration stallTime,
    Duration heartbeat,
    Duration drain) {

  /** Returns the model's name in answers. */
  String modelName() {
    return modelNames.getFirst();
  }
}
