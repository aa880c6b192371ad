package io.github.phi4j.hub;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of a repository.
 *
 * @param path its path in the repository
 * @param sha256 the SHA-256 of its bytes, in hexadecimal
 * @param bytes its length
 */
record HubFile(String path, String sha256, long bytes) {

  private static final Pattern SUM = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern PART = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
  private static final Pattern SEGMENT = Pattern.compile("[^/\\\\:\\x00-\\x1f]{1,255}");
  private static final List<String> USUAL = List.of("Q4_K_M", "Q8_0");

  HubFile {
    for (String segment : path.split("/", -1)) {
      if (!SEGMENT.matcher(segment).matches() || segment.equals(".") || segment.equals("..")) {
        throw new IllegalArgumentException("\"" + path + "\" is not a valid file name");
      }
    }
    if (!SUM.matcher(sha256).matches()) {
      throw new IllegalArgumentException(
          path + " has the checksum \"" + sha256 + "\", which is not a SHA-256");
    }
    if (bytes < 0) {
      throw new IllegalArgumentException(path + " has " + bytes + " bytes");
    }
  }

  /**
   * Chooses the file of a quantization, with all its parts if it is split.
   *
   * @return the parts in order
   * @throws HubException if there is none; the message lists the existing ones
   */
  static List<HubFile> choose(ModelReference reference, List<HubFile> files) throws HubException {
    List<HubFile> models =
        files.stream()
            .filter(file -> isModel(file.path()))
            .sorted(Comparator.comparing(HubFile::path))
            .toList();
    Optional<HubFile> chosen =
        reference.quantization().isPresent()
            ? first(models, reference.quantization().get())
            : USUAL.stream()
                .flatMap(tag -> first(models, tag).stream())
                .findFirst()
                .or(() -> models.stream().findFirst());
    if (chosen.isEmpty()) {
      throw new HubException(
          models.isEmpty()
              ? reference.repository() + " has no GGUF file"
              : reference
                  + " is not there; "
                  + reference.repository()
                  + " has "
                  + String.join(", ", models.stream().map(HubFile::path).toList()));
    }
    return parts(chosen.get(), models);
  }

  private static boolean isModel(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    return name.endsWith(".gguf") && !name.contains("mmproj") && !name.contains("imatrix");
  }

  /** Returns the first file of a quantization; Q4_K is an alias of Q4_K_M, as in llama.cpp. */
  private static Optional<HubFile> first(List<HubFile> models, String tag) {
    String other =
        tag.toUpperCase(Locale.ROOT).endsWith("_K_M")
            ? tag.substring(0, tag.length() - 2)
            : tag.toUpperCase(Locale.ROOT).endsWith("_K") ? tag + "_M" : tag;
    return named(models, tag).or(() -> named(models, other));
  }

  private static Optional<HubFile> named(List<HubFile> models, String tag) {
    Pattern pattern =
        Pattern.compile(
            "(?<![A-Za-z0-9])" + Pattern.quote(tag) + "(?![A-Za-z0-9_])", Pattern.CASE_INSENSITIVE);
    return models.stream().filter(file -> pattern.matcher(file.path()).find()).findFirst();
  }

  private static List<HubFile> parts(HubFile chosen, List<HubFile> models) throws HubException {
    Matcher part = PART.matcher(chosen.path());
    if (!part.matches()) {
      return List.of(chosen);
    }
    int count = Integer.parseInt(part.group(3));
    List<HubFile> parts = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      String path =
          String.format(Locale.ROOT, "%s-%05d-of-%s.gguf", part.group(1), i, part.group(3));
      parts.add(
          models.stream()
              .filter(file -> file.path().equals(path))
              .findFirst()
              .orElseThrow(() -> new HubException("the part " + path + " is missing on the hub")));
    }
    return parts;
  }
}
