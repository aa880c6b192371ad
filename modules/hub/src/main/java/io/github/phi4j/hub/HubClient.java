package io.github.phi4j.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A client of Hugging Face's API. It sends the token only to the hub's origin. */
final class HubClient implements AutoCloseable {

  /** A response that may differ in a later attempt. */
  static final class RetryException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Duration pause;

    RetryException(String message, Duration pause) {
      super(message);
      this.pause = pause;
    }

    /** Returns the delay that the hub requests. */
    Duration pause() {
      return pause;
    }
  }

  private static final int MAX_REDIRECTS = 10;
  private static final int MAX_PAGES = 100;
  private static final Pattern NEXT = Pattern.compile("<([^>]+)>;\\s*rel=\"next\"");

  private final URI endpoint;
  private final Optional<String> token;
  private final Duration patience;
  private final HttpClient http;
  private final ObjectMapper json = new ObjectMapper();

  HubClient(URI endpoint, Optional<String> token, Duration patience) {
    this.endpoint = endpoint;
    this.token = token;
    this.patience = patience;
    http =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(patience)
            .build();
  }

  /** Returns the commit of a repository's main branch. */
  String commit(String repository) throws IOException, InterruptedException {
    JsonNode refs = json(api(repository, "refs"), repository).body();
    for (JsonNode branch : refs.path("branches")) {
      if (branch.path("name").asText().equals("main")) {
        String commit = branch.path("targetCommit").asText();
        if (commit.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
          return commit;
        }
      }
    }
    throw new HubException(repository + " has no main branch, according to the hub");
  }

  /** Returns the files of a commit that have a checksum, as all large ones do. */
  List<HubFile> files(String repository, String commit) throws IOException, InterruptedException {
    List<HubFile> files = new ArrayList<>();
    Optional<URI> page = Optional.of(api(repository, "tree/" + commit + "?recursive=true"));
    for (int i = 0; page.isPresent() && i < MAX_PAGES; i++) {
      Page answer = json(page.get(), repository);
      for (JsonNode entry : answer.body()) {
        JsonNode large = entry.path("lfs");
        if (entry.path("type").asText().equals("file") && large.hasNonNull("oid")) {
          files.add(file(entry, large));
        }
      }
      page = answer.next().map(next -> endpoint.resolve(next));
      if (page.isPresent() && !sameOrigin(page.get(), endpoint)) {
        throw new HubException("the hub names the next page of its files on another host");
      }
    }
    return files;
  }

  private static HubFile file(JsonNode entry, JsonNode large) throws HubException {
    String sum = large.path("oid").asText();
    try {
      return new HubFile(
          entry.path("path").asText(),
          sum.startsWith("sha256:") ? sum.substring(7) : sum,
          large.hasNonNull("size") ? large.path("size").asLong() : entry.path("size").asLong(-1));
    } catch (IllegalArgumentException e) {
      throw new HubException("the hub's list of files is invalid: " + e.getMessage(), e);
    }
  }

  private record Page(JsonNode body, Optional<String> next) {}

  private Page json(URI uri, String repository) throws IOException, InterruptedException {
    HttpResponse<InputStream> answer = get(uri, Optional.empty(), repository);
    try (InputStream body = patient(answer.body())) {
      Matcher next = NEXT.matcher(answer.headers().firstValue("Link").orElse(""));
      return new Page(
          json.readTree(body), next.find() ? Optional.of(next.group(1)) : Optional.empty());
    } catch (JsonProcessingException e) {
      throw new HubException(uri + " does not answer with JSON", e);
    }
  }

  /** Opens a file from an offset; the status is 200, 206 or 416. */
  HttpResponse<InputStream> open(String repository, String commit, HubFile file, long from)
      throws IOException, InterruptedException {
    URI uri =
        URI.create(endpoint + "/" + repository + "/resolve/" + commit + "/" + encoded(file.path()));
    return get(uri, from > 0 ? Optional.of("bytes=" + from + "-") : Optional.empty(), repository);
  }

  /** Wraps a body so that it times out after a period of silence. */
  InputStream patient(InputStream body) {
    return Patient.stream(body, patience);
  }

  private static String encoded(String path) {
    return Arrays.stream(path.split("/"))
        .map(segment -> URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining("/"));
  }

  private URI api(String repository, String rest) {
    return URI.create(endpoint + "/api/models/" + repository + "/" + rest);
  }

  private HttpResponse<InputStream> get(URI start, Optional<String> range, String repository)
      throws IOException, InterruptedException {
    URI uri = start;
    for (int i = 0; i < MAX_REDIRECTS; i++) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri).timeout(patience).header("User-Agent", "phi4j");
      range.ifPresent(value -> request.header("Range", value));
      if (token.isPresent() && sameOrigin(uri, endpoint)) {
        request.header("Authorization", "Bearer " + token.get());
      }
      HttpResponse<InputStream> answer = send(request.build());
      int status = answer.statusCode();
      if (status / 100 != 3 || status == 304) {
        check(answer, repository);
        return answer;
      }
      answer.body().close();
      Optional<String> location = answer.headers().firstValue("Location");
      if (location.isEmpty()) {
        throw new HubException(uri + " redirects to nowhere");
      }
      uri = target(uri, location.get());
    }
    throw new HubException(start + " redirects more than " + MAX_REDIRECTS + " times");
  }

  private HttpResponse<InputStream> send(HttpRequest request)
      throws IOException, InterruptedException {
    try {
      return http.send(request, BodyHandlers.ofInputStream());
    } catch (ConnectException e) {
      throw new IOException(request.uri().getHost() + " cannot be reached", e);
    }
  }

  private static URI target(URI from, String location) throws HubException {
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new HubException(from + " redirects to an invalid URL: " + location, e);
    }
    boolean web = "https".equals(to.getScheme()) || "http".equals(to.getScheme());
    if (!web || to.getHost() == null) {
      throw new HubException(from + " redirects to something other than an HTTP URL: " + location);
    }
    if (from.getScheme().equals("https") && !to.getScheme().equals("https")) {
      throw new HubException(from + " redirects from https to http, which is not tamper-proof");
    }
    return to;
  }

  private static boolean sameOrigin(URI a, URI b) {
    return a.getScheme().equals(b.getScheme())
        && a.getHost().equalsIgnoreCase(b.getHost())
        && port(a) == port(b);
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
  }

  private void check(HttpResponse<InputStream> answer, String repository) throws IOException {
    int status = answer.statusCode();
    if (status == 200 || status == 206 || status == 416) {
      return;
    }
    answer.body().close();
    String host = answer.uri().getHost();
    switch (status) {
      case 401, 403 ->
          throw new HubException(
              host
                  + " refuses "
                  + repository
                  + " ("
                  + status
                  + "): "
                  + (token.isPresent()
                      ? "the token has no access to it, or its licence has not been accepted yet"
                      : "it does not exist, or it needs a token in HF_TOKEN"));
      case 404 ->
          throw new HubException(
              answer.uri() + " does not exist (404): is the name " + repository + " right?");
      case 408, 429, 500, 502, 503, 504 ->
          throw new RetryException(host + " answers with status " + status, pause(answer));
      default -> throw new HubException(answer.uri() + " answers with status " + status);
    }
  }

  private static Duration pause(HttpResponse<?> answer) {
    String seconds = answer.headers().firstValue("Retry-After").orElse("0");
    return seconds.matches("\\d{1,4}")
        ? Duration.ofSeconds(Long.parseLong(seconds))
        : Duration.ZERO;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
