package io.animus.api.tck;

import io.animus.api.scm.ScmHost;
import io.animus.api.scm.SourceArchive;
import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** SCM hosts that are wrong, each in one way. */
class WrongScmHostsTest implements WrongOnes {

    /** All right, until a subclass does something wrong. */
    static class Host implements ScmHost {
        final ScmHost right;

        Host(ScmHost right) {
            this.right = right;
        }

        @Override
        public boolean serves(URI repository) {
            return right.serves(repository);
        }

        @Override
        public Optional<CommitSha> resolve(URI repository, String ref) {
            return right.resolve(repository, ref);
        }

        @Override
        public boolean contains(URI repository, CommitSha commit) {
            return right.contains(repository, commit);
        }

        @Override
        public SourceArchive archive(URI repository, CommitSha commit, OutputStream target) throws IOException {
            return right.archive(repository, commit, target);
        }
    }

    /** The host that proves the contract, spoiled. */
    abstract static class Spoiled extends InMemoryScmHostTest {
        private final ScmHost host = spoil(super.host());

        abstract ScmHost spoil(ScmHost right);

        @Override
        public ScmHost host() {
            return host;
        }
    }

    @CaughtBy("servesOnlyWhatItIsConfiguredFor")
    static class ServesEverything extends Spoiled {
        @Override
        ScmHost spoil(ScmHost right) {
            return new Host(right) {
                @Override
                public boolean serves(URI repository) {
                    return true;
                }
            };
        }
    }

    @CaughtBy("findsNothingBehindAnUnknownOrMalformedRef")
    static class ThrowsOnAbsence extends Spoiled {
        @Override
        ScmHost spoil(ScmHost right) {
            return new Host(right) {
                @Override
                public Optional<CommitSha> resolve(URI repository, String ref) {
                    return Optional.of(right.resolve(repository, ref)
                            .orElseThrow(() -> new ExternalSystemException(Reason.REJECTED, "no such ref")));
                }
            };
        }
    }

    @CaughtBy("rejectsARepositoryThatDoesNotExist")
    static class AsksToTryAgainForAMissingRepository extends Spoiled {
        @Override
        ScmHost spoil(ScmHost right) {
            return new Host(right) {
                @Override
                public boolean contains(URI repository, CommitSha commit) {
                    if (repository.equals(sample().missing())) {
                        throw new ExternalSystemException(Reason.UNAVAILABLE, "no such repository");
                    }
                    return right.contains(repository, commit);
                }
            };
        }
    }

    @CaughtBy("containsNeitherUnknownNorForeignCommitsNorOtherObjects")
    static class TakesAFileForACommit extends Spoiled {
        @Override
        ScmHost spoil(ScmHost right) {
            return new Host(right) {
                @Override
                public boolean contains(URI repository, CommitSha commit) {
                    return right.contains(repository, commit) || commit.equals(sample().blob());
                }
            };
        }
    }

    @CaughtBy("resolvesAnAnnotatedTagToItsCommit")
    static class NamesTheTagInPlaceOfItsCommit extends Spoiled {
        @Override
        ScmHost spoil(ScmHost right) {
            return new Host(right) {
                @Override
                public Optional<CommitSha> resolve(URI repository, String ref) {
                    var commit = right.resolve(repository, ref);
                    return ref.endsWith(sample().tag()) ? Optional.of(sample().blob()) : commit;
                }
            };
        }
    }

    @CaughtBy("archivesACommitToTheSameBytesEachTime")
    static class LosesTheLastByte extends Spoiled {
        @Override
        ScmHost spoil(ScmHost right) {
            return new Host(right) {
                @Override
                public SourceArchive archive(URI repository, CommitSha commit, OutputStream target) throws IOException {
                    var all = new ByteArrayOutputStream();
                    var archive = right.archive(repository, commit, all);
                    target.write(Arrays.copyOf(all.toByteArray(), all.size() - 1));
                    return archive;
                }
            };
        }
    }

    @CaughtBy("archivesACommitToTheSameBytesEachTime")
    static class TellsAnotherDigest extends Spoiled {
        @Override
        ScmHost spoil(ScmHost right) {
            return new Host(right) {
                @Override
                public SourceArchive archive(URI repository, CommitSha commit, OutputStream target) throws IOException {
                    var archive = right.archive(repository, commit, target);
                    return new SourceArchive(commit, Digest.of(new byte[0]), archive.size());
                }
            };
        }
    }

    @CaughtBy("leavesTheTargetOpen")
    static class ClosesTheTarget extends Spoiled {
        @Override
        ScmHost spoil(ScmHost right) {
            return new Host(right) {
                @Override
                public SourceArchive archive(URI repository, CommitSha commit, OutputStream target) throws IOException {
                    try (target) {
                        return right.archive(repository, commit, target);
                    }
                }
            };
        }
    }

    @CaughtBy("letsAFailureOfTheTargetPass")
    static class HidesTheFailureOfTheTarget extends Spoiled {
        @Override
        ScmHost spoil(ScmHost right) {
            return new Host(right) {
                @Override
                public SourceArchive archive(URI repository, CommitSha commit, OutputStream target) {
                    try {
                        return right.archive(repository, commit, target);
                    } catch (IOException e) {
                        throw new ExternalSystemException(Reason.UNAVAILABLE, "could not write", e);
                    }
                }
            };
        }
    }

    @CaughtBy("answersManyCallersAtOnce")
    static class AnswersItsFirstCallerOnly extends Spoiled {
        private final OneCaller caller = new OneCaller();

        @Override
        ScmHost spoil(ScmHost right) {
            return new Host(right) {
                @Override
                public Optional<CommitSha> resolve(URI repository, String ref) {
                    caller.check();
                    return right.resolve(repository, ref);
                }
            };
        }
    }

    @CaughtBy("lacksWhatItSwitchedOff")
    static class HasTheTagsThatItSwitchedOff extends InMemoryScmHostTest {
        @Override
        public Set<Capability> lacks() {
            return Set.of(Capability.TAGS);
        }
    }

    @CaughtBy("resolvesAnAnnotatedTagToItsCommit")
    static class LacksTagsAndDoesNotSaySo extends Spoiled {
        @Override
        ScmHost spoil(ScmHost right) {
            return new Host(right) {
                @Override
                public Optional<CommitSha> resolve(URI repository, String ref) {
                    return right.resolve(repository, ref).filter(commit -> ref.endsWith("main"));
                }
            };
        }
    }

    /** Not wrong: says what it lacks. */
    @CaughtBy({})
    static class SaysThatItLacksTags extends LacksTagsAndDoesNotSaySo {
        @Override
        public Set<Capability> lacks() {
            return Set.of(Capability.TAGS);
        }
    }
}
