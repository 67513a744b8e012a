package io.animus.kernel.trust;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.trust.PluginManifest.BundleFile;
import io.animus.kernel.trust.PluginManifest.ConfigurationFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads {@code plugin.json} and collects all that is wrong with it. Values that are wrong are read as stand-ins. */
final class ManifestReader {
    private static final Set<String> MEMBERS = Set.of(
            "format", "name", "version", "port", "technology", "portVersion", "exclusive", "bundles", "configurations");
    private static final String NO_DIGEST = "sha256:" + "0".repeat(64);

    private final List<String> problems;

    private ManifestReader(List<String> problems) {
        this.problems = problems;
    }

    static PluginManifest read(byte[] canonical) throws BrokenPackageException {
        var problems = new ArrayList<String>();
        var manifest = new ManifestReader(problems).manifest(canonical);
        if (manifest == null || !problems.isEmpty()) {
            throw new BrokenPackageException(problems);
        }
        return manifest;
    }

    private @Nullable PluginManifest manifest(byte[] canonical) {
        Json json;
        try {
            json = Json.read(canonical);
        } catch (IllegalArgumentException e) {
            problems.add("plugin.json is not canonical JSON: " + Forms.shown(String.valueOf(e.getMessage())) + ".");
            return null;
        }
        if (!(json instanceof Json.Members members)) {
            problems.add("plugin.json is no JSON object.");
            return null;
        }
        if (!members.find("format").equals(Optional.of(Json.of(PluginManifest.FORMAT)))) {
            problems.add(
                    "plugin.json is not of format " + PluginManifest.FORMAT + ", which is all that this hub reads.");
            return null;
        }
        noOthers(members, "", MEMBERS);
        var manifest = new PluginManifest(
                text(members, "", "name", Forms.NAME),
                text(members, "", "version", Forms.VERSION),
                text(members, "", "port", Forms.WORD),
                text(members, "", "technology", Forms.WORD),
                text(members, "", "portVersion", Forms.RANGE),
                flag(members, "exclusive"),
                list(members, "bundles", this::bundle),
                list(members, "configurations", this::configuration));
        checkFiles(manifest);
        return manifest;
    }

    private void checkFiles(PluginManifest manifest) {
        if (manifest.bundles().isEmpty()) {
            problems.add("plugin.json names no bundle.");
        } else if (!manifest.main().symbolicName().equals(manifest.name())
                || !manifest.main().version().equals(manifest.version())) {
            problems.add("The first bundle is not " + manifest.name() + " " + manifest.version()
                    + ", which plugin.json says the plugin is.");
        }
        var files = new HashSet<String>();
        var bundles = new HashSet<String>();
        for (var bundle : manifest.bundles()) {
            twice(files, bundle.file());
            twice(bundles, bundle.symbolicName() + " " + bundle.version());
        }
        var pids = new HashSet<String>();
        for (var configuration : manifest.configurations()) {
            twice(files, configuration.file());
            twice(pids, configuration.pid());
        }
    }

    private void twice(Set<String> known, String name) {
        if (!known.add(name)) {
            problems.add("plugin.json names " + name + " twice.");
        }
    }

    private BundleFile bundle(Json.Members bundle, String at) {
        noOthers(bundle, at, Set.of("file", "symbolicName", "version", "digest"));
        return new BundleFile(
                text(bundle, at, "file", Forms.BUNDLE),
                text(bundle, at, "symbolicName", Forms.NAME),
                text(bundle, at, "version", Forms.VERSION),
                digest(bundle, at));
    }

    private ConfigurationFile configuration(Json.Members configuration, String at) {
        noOthers(configuration, at, Set.of("pid", "file", "digest"));
        return new ConfigurationFile(
                text(configuration, at, "pid", Forms.PID),
                text(configuration, at, "file", Forms.CONFIGURATION),
                digest(configuration, at));
    }

    private Digest digest(Json.Members of, String at) {
        var text = text(of, at, "digest", Forms.DIGEST);
        return new Digest(Forms.DIGEST.fits(text) ? text : NO_DIGEST);
    }

    private void noOthers(Json.Members object, String at, Set<String> known) {
        for (var member : new TreeSet<>(object.members().keySet())) {
            if (!known.contains(member)) {
                problems.add("plugin.json has a member that is not known, " + at + "/" + Forms.shown(member) + ".");
            }
        }
    }

    private String text(Json.Members object, String at, String name, Forms form) {
        if (object.members().get(name) instanceof Json.Text text && form.fits(text.value())) {
            return text.value();
        }
        problems.add("In plugin.json " + at + "/" + name + " must be " + form.words() + ".");
        return "";
    }

    private boolean flag(Json.Members object, String name) {
        if (object.members().get(name) instanceof Json.Flag flag) {
            return flag.value();
        }
        problems.add("In plugin.json /" + name + " must be true or false.");
        return false;
    }

    /** Reads one object of a list. */
    private interface Item<T> {
        T read(Json.Members object, String at);
    }

    private <T> List<T> list(Json.Members object, String name, Item<T> item) {
        var read = new ArrayList<T>();
        if (!(object.members().get(name) instanceof Json.Sequence list)
                || list.items().size() > PackageReader.MAX_FILES) {
            problems.add("In plugin.json /" + name + " must be a list of at most " + PackageReader.MAX_FILES + ".");
            return read;
        }
        for (var i = 0; i < list.items().size(); i++) {
            var at = "/" + name + "/" + i;
            if (list.items().get(i) instanceof Json.Members members) {
                read.add(item.read(members, at));
            } else {
                problems.add("In plugin.json " + at + " must be an object.");
            }
        }
        return read;
    }
}
