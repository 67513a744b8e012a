package io.animus.kernel.compose;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Digest;
import io.animus.kernel.trust.BrokenPackageException;
import io.animus.kernel.trust.PackageReader;
import io.animus.kernel.trust.PluginPackage;
import io.animus.kernel.trust.TrustStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Signed packages of plugins that an archive carries, for the hub to install at its first start. Each one lies beside a file with
 * the digest of the permissions that were agreed to, if it asks for any.
 *
 * @param all by their paths in the archive
 */
record CarriedPackages(SortedMap<String, PluginPackage> all) {
    /** Where they lie in an archive. */
    static final String FOLDER = "packages/";

    private static final String PACKAGE = ".animus";
    private static final String CONSENT = ".consent";
    private static final int LARGEST_CONSENT = 256;

    static boolean isPackage(String path) {
        return path.startsWith(FOLDER) && path.endsWith(PACKAGE);
    }

    static CarriedPackages none() {
        return new CarriedPackages(Collections.emptySortedMap());
    }

    /**
     * Takes packages in that a trusted publisher signed.
     *
     * @param agreed digests of the permissions that the operator agrees to
     * @param isAgreed whether a lock says that the operator has agreed
     * @throws BrokenArchiveException for all that is wrong with them
     */
    static CarriedPackages of(List<Path> files, Collection<Digest> agreed, boolean isAgreed, TrustStore trust)
            throws IOException, BrokenArchiveException {
        var all = new TreeMap<String, PluginPackage>();
        var names = new TreeMap<String, Path>();
        var problems = new ArrayList<String>();
        for (var file : files) {
            try {
                var plugin = PackageReader.read(file);
                trust.judge(plugin).problems().forEach(problem -> problems.add(file + ": " + problem));
                if (!isAgreed
                        && asks(plugin)
                        && !agreed.contains(plugin.permissions().digest())) {
                    problems.add(file + " asks for permissions. Read them (bin/animus plugin show), and say --consent "
                            + plugin.permissions().digest());
                }
                if (names.put(plugin.manifest().name(), file) != null) {
                    problems.add(file + " is a second package of "
                            + plugin.manifest().name());
                }
                all.put(FOLDER + plugin.manifest().fileName(), plugin);
            } catch (BrokenPackageException e) {
                e.problems().forEach(problem -> problems.add(file + ": " + problem));
            }
        }
        if (!problems.isEmpty()) {
            throw new BrokenArchiveException(problems);
        }
        return new CarriedPackages(all);
    }

    private static boolean asks(PluginPackage plugin) {
        return !plugin.permissions().equals(Permissions.NONE);
    }

    /** Shows each file that the archive gets, in the order of the archive. */
    void each(ArchiveReader.Visitor visitor) throws IOException, BrokenArchiveException {
        for (var one : all.entrySet()) {
            var path = one.getKey();
            var file = one.getValue().file();
            try (var content = Files.newInputStream(file)) {
                visitor.visit(new ArchiveReader.Entry(path, false, Files.size(file)), content);
            }
            if (asks(one.getValue())) {
                var consent = (one.getValue().permissions().digest().value() + "\n").getBytes(UTF_8);
                try (var content = new ByteArrayInputStream(consent)) {
                    visitor.visit(new ArchiveReader.Entry(path + CONSENT, false, consent.length), content);
                }
            }
        }
    }

    /** What is wrong with the packages of an archive, as it is read from front to end. */
    static final class Check {
        private final TrustStore trust;
        private final SortedMap<String, Digest> asked = new TreeMap<>();
        private final SortedMap<String, String> agreed = new TreeMap<>();
        private final List<String> problems = new ArrayList<>();

        Check(TrustStore trust) {
            this.trust = trust;
        }

        /** Reads what it needs of a file; the rest of {@code content} is for the caller. */
        void visit(String path, InputStream content) throws IOException {
            if (isPackage(path)) {
                try (var copy = Copy.of(content)) {
                    var plugin = PackageReader.read(copy.file());
                    trust.judge(plugin).problems().forEach(problem -> problems.add(path + ": " + problem));
                    if (asks(plugin)) {
                        asked.put(path + CONSENT, plugin.permissions().digest());
                    }
                } catch (BrokenPackageException e) {
                    e.problems().forEach(problem -> problems.add(path + ": " + problem));
                }
            } else if (path.startsWith(FOLDER) && path.endsWith(CONSENT)) {
                agreed.put(path, new String(content.readNBytes(LARGEST_CONSENT), UTF_8).strip());
            }
        }

        List<String> problems() {
            var all = new ArrayList<>(problems);
            asked.forEach((path, digest) -> {
                if (!digest.value().equals(agreed.get(path))) {
                    all.add(path + " does not hold the digest of what the package asks for, " + digest);
                }
            });
            return all;
        }
    }

    /** A package of an archive, for as long as it is looked at. */
    record Copy(Path file) implements AutoCloseable {
        static Copy of(InputStream content) throws IOException {
            var copy = new Copy(Files.createTempFile("carried-", PACKAGE));
            try (var out = Files.newOutputStream(copy.file())) {
                var left = PackageReader.MAX_PACKAGE + 1;
                var part = new byte[1 << 16];
                for (var read = content.read(part); read > 0 && left > 0; read = content.read(part)) {
                    out.write(part, 0, read);
                    left -= read;
                }
                return copy;
            } catch (IOException e) {
                copy.close();
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(file);
        }
    }
}
