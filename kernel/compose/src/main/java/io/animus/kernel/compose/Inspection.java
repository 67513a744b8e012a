package io.animus.kernel.compose;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import io.animus.kernel.audit.log.Note;
import io.animus.kernel.audit.log.VerifierKey;
import io.animus.kernel.trust.TrustStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an archive turned out to be when it was read from front to end, before anything of it was unpacked.
 *
 * @param signers publishers who are trusted and have signed it
 * @param problems all that is wrong, in sentences for an operator; empty if it is what its lock says, a trusted publisher
 *     answers for that, and nothing in it was revoked
 */
record Inspection(Lock lock, List<VerifierKey> signers, List<String> problems) {
    private static final int LARGEST_LOCK = 16 << 20;
    private static final int LARGEST_SIGNATURE = 64 << 10;
    private static final int MOST_PROBLEMS = 20;

    Inspection {
        signers = List.copyOf(signers);
        problems = List.copyOf(problems);
    }

    boolean isGood() {
        return problems.isEmpty();
    }

    /** @throws BrokenArchiveException if it has no lock to check it by */
    static Inspection of(Path archive, TrustStore trust) throws IOException, BrokenArchiveException {
        var reading = new Reading(archive, trust);
        return reading.end(ArchiveReader.read(archive, reading::visit));
    }

    /** The archive's files beside what the lock says of them, one after the other. */
    private static final class Reading {
        private final Path archive;
        private final TrustStore trust;
        private final CarriedPackages.Check packages;
        private final List<String> problems = new ArrayList<>();
        private final SortedMap<String, Digest> revoked = new TreeMap<>();
        private @Nullable Lock lock;
        private @Nullable String signature;
        private int next;

        Reading(Path archive, TrustStore trust) {
            this.archive = archive;
            this.trust = trust;
            this.packages = new CarriedPackages.Check(trust);
        }

        void visit(ArchiveReader.Entry entry, InputStream content) throws IOException, BrokenArchiveException {
            if (lock == null) {
                if (!entry.path().equals(Lock.PATH) || entry.size() > LARGEST_LOCK) {
                    throw new BrokenArchiveException(archive + " has no lock: it was not made by animus compose");
                }
                lock = Lock.read(content.readAllBytes());
            } else if (entry.path().equals(Lock.SIGNATURE) && signature == null && next == 0) {
                if (entry.size() > LARGEST_SIGNATURE) {
                    throw new BrokenArchiveException("the signature is too large");
                }
                signature = new String(content.readAllBytes(), UTF_8);
            } else {
                compare(lock, entry, content);
            }
        }

        private void compare(Lock lock, ArchiveReader.Entry entry, InputStream content) throws IOException {
            var hash = Digest.sha256();
            var counted = new DigestInputStream(content, hash);
            packages.visit(entry.path(), counted);
            counted.transferTo(OutputStream.nullOutputStream());
            var found = new Lock.File(entry.path(), entry.isExecutable(), entry.size(), Digest.finish(hash));
            var wanted = next < lock.files().size() ? lock.files().get(next) : null;
            next++;
            if (trust.revoked().contains(found.digest().value())) {
                revoked.put(found.path(), found.digest());
            }
            if (!found.equals(wanted) && problems.size() < MOST_PROBLEMS) {
                problems.add(
                        wanted != null && wanted.path().equals(found.path())
                                ? found.path() + " is not the file that was locked"
                                : found.path() + " is not in the lock at this place");
            }
        }

        Inspection end(String top) throws BrokenArchiveException {
            if (lock == null) {
                throw new BrokenArchiveException(archive + " has no lock: it was not made by animus compose");
            }
            if (next < lock.files().size() && problems.size() < MOST_PROBLEMS) {
                problems.add(lock.files().get(next).path() + " is locked, and is not there");
            }
            if (!top.equals(lock.top())) {
                problems.add("the folder is " + top + ", not " + lock.top());
            }
            var verdict = trust.judge(revoked, note(lock));
            problems.addAll(verdict.problems());
            packages.problems().stream().limit(MOST_PROBLEMS).forEach(problems::add);
            return new Inspection(lock, verdict.signers(), problems);
        }

        /** A note that can't be read, or is of another archive, is as good as none. */
        private @Nullable Note note(Lock lock) {
            if (signature == null) {
                return null;
            }
            try {
                var note = Note.parse(signature);
                if (note.text().equals(lock.text())) {
                    return note;
                }
                problems.add("The signature is of another archive.");
            } catch (IllegalArgumentException e) {
                problems.add("The signature can't be read: " + e.getMessage());
            }
            return null;
        }
    }
}
