package io.github.phi4j.server.docs;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import io.github.phi4j.server.Phi4Server;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;

/** Serves a model inside a program, and asks it something over HTTP. */
public final class EmbeddedServer {

  public static void main(String[] args) throws Exception {
    try (Generator phi4 = Phi4.load(Path.of(args[0]));
        Phi4Server server = Phi4Server.builder(phi4).port(0).start();
        HttpClient client = HttpClient.newHttpClient()) {
      URI uri = server.uri().resolve("/v1/chat/completions");
      String question =
          """
          {"messages": [{"role": "user", "content": "What is 27 + 45?"}], "temperature": 0}\
          """;
      HttpRequest request =
          HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString(question)).build();
      System.out.println(client.send(request, BodyHandlers.ofString()).body());
    }
  }
}
