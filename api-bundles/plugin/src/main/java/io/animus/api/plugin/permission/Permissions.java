package io.animus.api.plugin.permission;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a plugin may do. An operator reads it before the plugin is installed. The hub holds the plugin to the services it names
 * ({@code provides} and {@code sees}); of the rest it is told and believes it.
 *
 * <p>Written as JSON in {@link #RESOURCE} of the plugin's main bundle: an object of {@code format} 1, {@code technical} and
 * {@code business}, each with all of its lists. Members stand in the order of their names and items in order without repeats,
 * so that there is one spelling, up to white space.
 */
public record Permissions(Technical technical, Business business) {
    /** Where a main bundle has its permissions. */
    public static final String RESOURCE = "OSGI-INF/animus/permissions.json";

    /** What stands in place of hosts and files where the plugin's configuration names them. */
    public static final String CONFIGURED = "config";

    /** The most that is read, in bytes. */
    public static final int MAX_BYTES = 64 * 1024;

    /** What a plugin without permissions has: it sees nothing and nobody sees it. */
    public static final Permissions NONE = new Permissions(
            new Technical(List.of(), List.of(), List.of(), List.of()),
            new Business(List.of(), List.of(), List.of(), List.of()));

    private static final int MAX_ITEMS = 256;
    private static final int MAX_TEXT = 255;
    private static final long FORMAT = 1;

    private static final Pattern HOST = Pattern.compile("config|(\\*|(\\*\\.)?[a-z0-9][a-z0-9.-]*):(\\*|[0-9]{1,5})");
    // Whoever is to agree to it reads it at a terminal, which must obey nothing of it.
    private static final Pattern FILE = Pattern.compile("config|data|/[^\\p{Cc}\\p{Cf}\\p{Z}]*");
    private static final Pattern WORD = Pattern.compile("[a-z0-9][a-z0-9._-]*");
    private static final Pattern INTERFACE = Pattern.compile("[A-Za-z_][\\w$]*(\\.[A-Za-z_][\\w$]*)+");

    /**
     * What the plugin does to the machine and the network.
     *
     * @param connects where it connects to: {@code host:port}, either of them {@code *}, a host perhaps {@code *.domain}; or
     *     {@link #CONFIGURED}
     * @param files absolute paths that it reads or writes, without white space and what isn't seen; {@link #CONFIGURED}; {@code data} for the hub's data folder
     * @param processes programs that it starts, by name
     * @param secrets classes of the secrets that it reads, such as {@code scm-password}
     */
    public record Technical(List<String> connects, List<String> files, List<String> processes, List<String> secrets) {
        public Technical {
            connects = checked("connects", HOST, connects);
            files = checked("files", FILE, files);
            processes = checked("processes", WORD, processes);
            secrets = checked("secrets", WORD, secrets);
        }
    }

    /**
     * What the plugin has to do with the hub.
     *
     * @param audit categories of the audit events that it emits
     * @param data classes of the data that go through it, such as {@code source}
     * @param provides interfaces under which it registers services; one under any other name is hidden from all but itself
     * @param sees interfaces of services of others that it uses; others are hidden from it
     */
    public record Business(List<String> audit, List<String> data, List<String> provides, List<String> sees) {
        public Business {
            audit = checked("audit", WORD, audit);
            data = checked("data", WORD, data);
            provides = checked("provides", INTERFACE, provides);
            sees = checked("sees", INTERFACE, sees);
        }
    }

    /**
     * Reads what {@link #RESOURCE} holds.
     *
     * @throws IllegalArgumentException if it isn't as described above; the message says what is wrong
     */
    public static Permissions read(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new IllegalArgumentException("larger than 64 KiB");
        }
        if (!(Json.read(withoutSpace(json)) instanceof Json.Members all)) {
            throw new IllegalArgumentException("not an object");
        }
        hasOnly(all, "", Set.of("format", "technical", "business"));
        if (!all.find("format").equals(Optional.of(Json.of(FORMAT)))) {
            throw new IllegalArgumentException("format is not 1");
        }
        var technical = object(all, "technical", Set.of("connects", "files", "processes", "secrets"));
        var business = object(all, "business", Set.of("audit", "data", "provides", "sees"));
        return new Permissions(
                new Technical(
                        texts(technical, "connects"),
                        texts(technical, "files"),
                        texts(technical, "processes"),
                        texts(technical, "secrets")),
                new Business(
                        texts(business, "audit"),
                        texts(business, "data"),
                        texts(business, "provides"),
                        texts(business, "sees")));
    }

    /** What {@link #read} reads, in canonical form. */
    public Json.Members json() {
        return Json.object()
                .put("format", FORMAT)
                .put(
                        "technical",
                        Json.object()
                                .put("connects", Json.texts(technical.connects()))
                                .put("files", Json.texts(technical.files()))
                                .put("processes", Json.texts(technical.processes()))
                                .put("secrets", Json.texts(technical.secrets()))
                                .build())
                .put(
                        "business",
                        Json.object()
                                .put("audit", Json.texts(business.audit()))
                                .put("data", Json.texts(business.data()))
                                .put("provides", Json.texts(business.provides()))
                                .put("sees", Json.texts(business.sees()))
                                .build())
                .build();
    }

    /** Names these permissions, exactly: what an operator agrees to. */
    public Digest digest() {
        return json().digest();
    }

    /**
     * What is asked for here and was not {@code before}, each as {@code technical.connects: example.org:443}. A pattern that an
     * earlier one covers counts as new: it is asked for once too often rather than too seldom.
     */
    public List<String> beyond(Permissions before) {
        var known = before.lists();
        return lists().entrySet().stream()
                .flatMap(list -> list.getValue().stream()
                        .filter(item ->
                                !known.getOrDefault(list.getKey(), List.of()).contains(item))
                        .map(item -> list.getKey() + ": " + item))
                .toList();
    }

    private Map<String, List<String>> lists() {
        var lists = new LinkedHashMap<String, List<String>>();
        lists.put("technical.connects", technical.connects());
        lists.put("technical.files", technical.files());
        lists.put("technical.processes", technical.processes());
        lists.put("technical.secrets", technical.secrets());
        lists.put("business.audit", business.audit());
        lists.put("business.data", business.data());
        lists.put("business.provides", business.provides());
        lists.put("business.sees", business.sees());
        return lists;
    }

    private static Json.Members object(Json.Members in, String name, Set<String> known) {
        if (in.find(name).orElse(Json.NULL) instanceof Json.Members found) {
            hasOnly(found, name + ".", known);
            return found;
        }
        throw new IllegalArgumentException(name + " is not an object");
    }

    private static void hasOnly(Json.Members found, String path, Set<String> known) {
        for (var name : found.members().keySet()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("unknown: " + path + name);
            }
        }
    }

    private static List<String> texts(Json.Members in, String name) {
        if (in.find(name).orElse(Json.NULL) instanceof Json.Sequence list) {
            return list.items().stream()
                    .map(item -> {
                        if (item instanceof Json.Text text) {
                            return text.value();
                        }
                        throw new IllegalArgumentException(name + " holds something else than texts");
                    })
                    .toList();
        }
        throw new IllegalArgumentException(name + " is not a list");
    }

    private static List<String> checked(String name, Pattern form, List<String> items) {
        if (items.size() > MAX_ITEMS) {
            throw new IllegalArgumentException(name + " has more than " + MAX_ITEMS + " items");
        }
        for (var item : items) {
            if (item.length() > MAX_TEXT || !form.matcher(item).matches()) {
                throw new IllegalArgumentException(name + " can't hold \"" + item + "\"");
            }
        }
        if (!List.copyOf(new TreeSet<>(items)).equals(items)) {
            throw new IllegalArgumentException(name + " is not in order, or says something twice");
        }
        return List.copyOf(items);
    }

    /** Without the space between tokens, which is all that a file for people may have beyond the canonical form. */
    private static byte[] withoutSpace(byte[] json) {
        var kept = new ByteArrayOutputStream(json.length);
        var inText = false;
        var escaped = false;
        for (var one : json) {
            if (inText || " \t\r\n".indexOf(one) < 0) {
                kept.write(one);
            }
            inText = inText ? one != '"' || escaped : one == '"';
            escaped = inText && one == '\\' && !escaped;
        }
        return kept.toByteArray();
    }

    /** The canonical form. */
    @Override
    public String toString() {
        return new String(json().canonical(), UTF_8);
    }
}
