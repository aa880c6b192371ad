package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.grammar.CodePoints;
import io.github.phi4j.internal.grammar.Dfa;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.grammar.Nfa;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The string formats of JSON Schema, each as a subset of its standard's language. Other formats
 * assert nothing.
 */
final class Formats {

  private static final Map<String, StringSet> KNOWN = new ConcurrentHashMap<>();

  private static final Set<String> NAMES =
      Set.of(
          "date",
          "time",
          "date-time",
          "duration",
          "email",
          "idn-email",
          "hostname",
          "idn-hostname",
          "ipv4",
          "ipv6",
          "uuid",
          "uri",
          "uri-reference",
          "iri",
          "iri-reference",
          "uri-template",
          "json-pointer",
          "relative-json-pointer",
          "regex");

  /** RFC 3339; months of 31 and of 30 days, February, with a 29th in leap years only. */
  private static final String DATE =
      "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
          + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
          + "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26]|00)00)"
          + "-02-29)";

  private static final String TIME =
      "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?"
          + "(?:[zZ]|[+](?:0[0-9]|1[0-7]):[0-5][0-9]|-(?:0[1-9]|1[0-7]):[0-5][0-9]"
          + "|-00:(?:0[1-9]|[1-5][0-9]))";

  /** RFC 3339, appendix A. */
  private static final String DURATION =
      "(?:"
          + durations("Y", "M", "D")
          + "(?:T"
          + durations("H", "M", "S")
          + ")?|T"
          + durations("H", "M", "S")
          + ")";

  private static final String OCTET = "(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
  private static final String IPV4 = OCTET + "(?:\\." + OCTET + "){3}";
  private static final String HEX = "[0-9a-fA-F]";
  private static final String IPV6 = ipv6();

  /** RFC 6901. */
  private static final String JSON_POINTER = "(?:/(?:[^~/]|~[01])*)*";

  // RFC 3986, by its names.
  private static final String ESCAPED = "%" + HEX + "{2}";
  private static final String OTHERS =
      "\u00a1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff\u3001-\ud7ff"
          + "\uf900-\ufdcf\ufdf0-\uffef";

  /** RFC 6570, in ASCII. */
  private static final String VARIABLE = variable();

  private static final String URI_TEMPLATE =
      "(?:[!#$&(-;=?-\\[\\]_a-z~]|"
          + ESCAPED
          + "|\\{[+#./;?&]?"
          + VARIABLE
          + "(?:,"
          + VARIABLE
          + ")*\\})*";

  /** Top-level domains, in lower case: common generic ones, then country codes. */
  private static final String TOP_LEVEL_DOMAIN =
      "com|org|net|edu|gov|mil|int|info|biz|name|pro|app|dev|cloud|online|site|tech|blog|shop|store"
          + "|xyz|mobi|jobs|coop|museum|aero|a[c-gilmoq-uwxz]|b[abd-jmnorstvwyz]|c[acdfghik-oru-z]"
          + "|d[ejkmoz]|e[cegrstu]|f[ijkmor]|g[abd-ilmnp-uwy]|h[kmnrtu]|i[del-oq-t]|j[emop]"
          + "|k[eghimnprwyz]|l[abcikr-vy]|m[acdeghk-z]|n[acefgilopruz]|om|p[ae-hk-nrstwy]|qa"
          + "|r[eosuw]|s[a-eg-ortuvxyz]|t[cdfghj-ortvwz]|u[agksyz]|v[aceginu]|w[fs]|y[et]|z[amw]";

  private Formats() {}

  /** Returns whether this is a known string format. */
  static boolean isOfStrings(String name) {
    return NAMES.contains(name);
  }

  /** Returns the strings of a format. */
  static StringSet of(String name) {
    return KNOWN.computeIfAbsent(
        name,
        _ -> {
          int most = name.endsWith("hostname") ? 253 : StringSet.UNBOUNDED;
          return new StringSet(make(name), outer(name), most);
        });
  }

  /**
   * Returns all strings that may be of a format, including those of looser readings of its
   * standard, which are not written.
   */
  private static Dfa outer(String name) {
    return switch (name) {
      case "time" -> Patterns.search("^[0-9]{2}:[0-9]{2}:[0-9]{2}", Effort.uncancelled());
      case "date-time" -> Patterns.search("^[0-9]{4}-[0-9]{2}-[0-9]{2}", Effort.uncancelled());
      case "duration" -> Patterns.search("^[Pp]", Effort.uncancelled());
      case "email", "idn-email" -> Patterns.search("@", Effort.uncancelled());
      case "hostname" -> Patterns.search("^[a-zA-Z0-9._-]*$", Effort.uncancelled());
      case "ipv6" ->
          Patterns.search("^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:%.*)?$", Effort.uncancelled());
      case "uri", "iri" -> Patterns.search("^[a-zA-Z][a-zA-Z0-9+.-]*:", Effort.uncancelled());
      case "json-pointer" -> Patterns.search("^(?:/|$)", Effort.uncancelled());
      case "relative-json-pointer" -> Patterns.search("^[0-9]", Effort.uncancelled());
      case "idn-hostname", "uri-reference", "iri-reference", "uri-template", "regex" -> Dfa.ALL;
      default -> make(name); // date, ipv4 and uuid are exact
    };
  }

  private static Dfa make(String name) {
    return switch (name) {
      case "date" -> whole(DATE);
      case "time" -> whole(TIME);
      case "date-time" -> whole(DATE + "[tT]" + TIME);
      case "duration" -> whole("P(?:" + DURATION + "|[0-9]+W)");
      case "email", "idn-email" -> email();
      case "hostname", "idn-hostname" -> {
        Nfa nfa = new Nfa(Effort.uncancelled());
        int more = nfa.reserve();
        int label = nfa.texts(label(), more);
        nfa.define(more, nfa.text(".", label), Nfa.END);
        yield nfa.determinize(label, true);
      }
      case "ipv4" -> whole(IPV4);
      case "ipv6" -> whole(IPV6);
      case "uuid" -> whole(HEX + "{8}-(?:" + HEX + "{4}-){3}" + HEX + "{12}");
      case "uri" -> whole(uri("", true));
      case "uri-reference" -> whole(uri("", false));
      case "iri" -> whole(uri(OTHERS, true));
      case "iri-reference" -> whole(uri(OTHERS, false));
      case "uri-template" -> whole(URI_TEMPLATE);
      case "json-pointer" -> whole(JSON_POINTER);
      case "relative-json-pointer" -> whole("(?:0|[1-9][0-9]*)(?:#|" + JSON_POINTER + ")");
      case "regex" -> whole(regex(3));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Dfa whole(String pattern) {
    return Patterns.whole(pattern, Effort.uncancelled());
  }

  private static Dfa shorter(Dfa texts, int most) {
    return texts.and(Dfa.ofLength(0, most), Effort.uncancelled());
  }

  private static String durations(String large, String middle, String small) {
    String digits = "[0-9]+";
    String last = digits + small;
    String two = digits + middle + "(?:" + last + ")?";
    String three = digits + large + "(?:" + two + ")?";
    return "(?:" + last + "|" + two + "|" + three + ")";
  }

  private static String ipv6() {
    String group = HEX + "{1,4}";
    String last = "(?:" + group + ":" + group + "|" + IPV4 + ")";
    StringBuilder all = new StringBuilder("(?:(?:" + group + ":){6}" + last);
    for (int before = 0; before <= 7; before++) { // groups before the double colon
      int after = 7 - before; // the maximum behind it
      String head = before == 0 ? "" : "(?:" + group + ":){" + (before - 1) + "}" + group;
      StringBuilder tail = new StringBuilder();
      tail.append(after >= 1 ? "(?:(?:" + group + ":){0," + (after - 1) + "}" + group + ")?" : "");
      all.append("|").append(head).append("::").append(tail);
      if (after >= 2) {
        all.append("|").append(head).append("::(?:").append(group).append(":){0,");
        all.append(after - 2).append("}").append(IPV4);
      }
    }
    return all.append(")").toString();
  }

  private static String variable() {
    String character = "(?:[A-Za-z0-9_]|" + ESCAPED + ")";
    return character + "(?:\\.?" + character + ")*(?::[1-9][0-9]{0,3}|\\*)?";
  }

  /** Returns domain labels: at most 63 characters, no two hyphens in a row. */
  private static Dfa label() {
    return shorter(whole("[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*"), 63);
  }

  private static Dfa email() {
    String atom = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+";
    Dfa local = shorter(whole(atom + "(?:\\." + atom + ")*"), 64);
    Nfa nfa = new Nfa(Effort.uncancelled());
    int domain = nfa.texts(whole(TOP_LEVEL_DOMAIN), Nfa.END);
    for (int i = 0; i < 3; i++) {
      int longer = nfa.texts(label(), nfa.characters(CodePoints.only('.'), domain));
      domain = i == 0 ? longer : nfa.split(longer, domain);
    }
    return nfa.determinize(nfa.texts(local, nfa.text("@", domain)), true);
  }

  private static String uri(String others, boolean absolute) {
    String plain = "A-Za-z0-9._~!$&'()*+,;=" + others + "-";
    String character = "(?:[:@" + plain + "]|" + ESCAPED + ")";
    String segments = "(?:/" + character + "*)*";
    String user = "(?:(?:[:" + plain + "]|" + ESCAPED + ")*@)?";
    String name = "(?:[" + plain + "]|" + ESCAPED + ")+";
    String authority = user + "(?:" + name + "|\\[" + IPV6 + "\\])(?::[0-9]*)?";
    String rooted = "/(?:" + character + "+" + segments + ")?";
    String tail = "(?:\\?(?:[/?]|" + character + ")*)?(?:#(?:[/?]|" + character + ")*)?";
    String whole =
        "[a-zA-Z][a-zA-Z0-9+.-]*:(?://"
            + authority
            + segments
            + "|///(?:"
            + character
            + "+"
            + segments
            + ")?"
            + "|"
            + rooted
            + "|"
            + character
            + "+"
            + segments
            + ")"
            + tail;
    if (absolute) {
      return whole;
    }
    String first = "(?:[@" + plain + "]|" + ESCAPED + ")+";
    return "(?:" + whole + "|(?://" + authority + segments + "|" + rooted + "|" + first + segments
        + "|)" + tail + ")";
  }

  /** Returns regular expressions with groups nested at most {@code depth} deep. */
  private static String regex(int depth) {
    String escape = "\\\\(?:[dDwWsStnrfv^$\\\\.*+?()\\[\\]{}|/-]|x" + HEX + "{2}|u" + HEX + "{4})";
    String classes = "\\[\\^?(?:[^\\\\\\]\\[-]|" + escape + ")(?:[^\\\\\\]\\[-])*\\]";
    String atom = "[^\\\\^$.*+?()\\[\\]{}|]|\\.|" + escape + "|" + classes;
    if (depth > 0) {
      atom += "|\\((?:\\?:)?" + regex(depth - 1) + "\\)";
    }
    String quantifier = "(?:[*+?]\\??|\\{[0-9]{1,3}(?:,)?\\}\\??)?";
    String sequence = "(?:[$^]|(?:" + atom + ")" + quantifier + ")*";
    return "(?:" + sequence + "(?:\\|" + sequence + ")*)";
  }
}
