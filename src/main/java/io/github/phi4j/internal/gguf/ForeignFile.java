package io.github.phi4j.internal.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file that is often mistaken for GGUF: a failed download, or a model in another format.
 *
 * @param found a description of the file
 * @param expected the expected file, and how to get it
 */
record ForeignFile(String found, String expected) {

  private static final int LOOKED_AT = 1024;
  private static final int TAR_MARK_AT = 257;
  private static final String MODEL = "a GGUF model";
  private static final String CONVERT = MODEL + ", which llama.cpp's convert_hf_to_gguf.py makes";
  private static final String DOWNLOAD =
      MODEL + "; download the file itself, for which one may have to log in or to accept a licence";

  /** The placeholder of a large file in a Git repository, with the file's size. */
  private static final Pattern LFS_POINTER =
      Pattern.compile(
          "version https://(?:git-lfs|hawser)\\.github\\.com/spec/\\S*\\n(?:.*\\n)*?size"
              + " (\\d{1,18})\\n?");

  private static final Pattern HTML =
      Pattern.compile(
          "(?:<\\?xml\\b[^>]*>\\s*)?(?:<!--.*?-->\\s*)*<(?:!doctype html|html|head|body|title|meta"
              + "|link|script|style|div|p|h1|center|table|form)\\b",
          Pattern.DOTALL);
  private static final Pattern XML = Pattern.compile("<\\?xml\\b|<error>");
  private static final Pattern SAFETENSORS = Pattern.compile(".{8}\\{\\s*\"", Pattern.DOTALL);
  private static final Pattern PICKLE =
      Pattern.compile("\u0080[\u0002-\u0005][\\]}(c\u008a\u0095]");
  private static final Pattern SENTENCE =
      Pattern.compile("[\\p{Alpha}{\\[\"][\\p{Print}\\s]{3,}", Pattern.DOTALL);

  /** Recognises a file by its beginning; empty if it may be GGUF or is unknown. */
  static Optional<ForeignFile> of(MemorySegment file) {
    int count = (int) Math.min(LOOKED_AT, file.byteSize());
    byte[] bytes = file.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
    String raw = new String(bytes, StandardCharsets.ISO_8859_1); // a char for each byte
    return raw.startsWith("GGUF") ? Optional.empty() : Optional.ofNullable(of(raw));
  }

  private static ForeignFile of(String raw) {
    String text = decoded(raw).replace("\r\n", "\n").strip();
    String lower = text.toLowerCase(Locale.ROOT);
    Matcher pointer = LFS_POINTER.matcher(text);
    if (pointer.find() && pointer.start() == 0) {
      return new ForeignFile(
          "a Git LFS pointer, which stands for a file of " + pointer.group(1) + " bytes",
          "that file; fetch it with \"git lfs pull\", or download it");
    } else if (HTML.matcher(lower).lookingAt()) {
      return new ForeignFile("an HTML page", DOWNLOAD);
    } else if (XML.matcher(lower).lookingAt()) {
      return new ForeignFile("an XML document, such as a download's error", DOWNLOAD);
    } else if (SAFETENSORS.matcher(raw).lookingAt() && !lower.startsWith("{")) {
      return new ForeignFile("a model in safetensors format", CONVERT);
    } else if (raw.startsWith("PK\u0003\u0004")) {
      return new ForeignFile("a ZIP archive, such as a PyTorch checkpoint", CONVERT);
    } else if (raw.startsWith("lmgg") || raw.startsWith("fmgg") || raw.startsWith("tjgg")) {
      return new ForeignFile(
          "a model in a GGML format from before GGUF", MODEL + "; such a file cannot be converted");
    } else if (raw.startsWith("\u001f\u008b")
        || raw.startsWith("(\u00b5/\u00fd")
        || raw.startsWith("\u00fd7zXZ")
        || raw.startsWith("BZh")
        || raw.startsWith("7z\u00bc\u00af")
        || raw.startsWith("Rar!\u001a")
        || raw.startsWith("ustar", TAR_MARK_AT)) {
      return new ForeignFile("an archive or a compressed file", MODEL + "; unpack it first");
    } else if (PICKLE.matcher(raw).lookingAt()) {
      return new ForeignFile("a pickled object, such as a PyTorch checkpoint", CONVERT);
    } else if (raw.chars().allMatch(c -> c == 0)) {
      return new ForeignFile(
          "only zeros at the beginning",
          MODEL + "; the download is not complete: continue or repeat it");
    } else if (SENTENCE.matcher(text).matches()) {
      String line = text.lines().findFirst().orElse("");
      return new ForeignFile("a text that begins \"" + GgufParser.shown(line) + "\"", DOWNLOAD);
    }
    return null;
  }

  /** The text without a byte order mark, decoded if the mark is that of UTF-16. */
  private static String decoded(String raw) {
    String text = raw.strip();
    if (text.startsWith("\u00ff\u00fe") || text.startsWith("\u00fe\u00ff")) {
      return new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_16);
    }
    return text.startsWith("\u00ef\u00bb\u00bf") ? text.substring(3) : text;
  }
}
