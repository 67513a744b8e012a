package io.animus.api.tck;

import io.animus.api.storage.ObjectKey;
import io.animus.api.storage.ObjectStore;
import io.animus.api.storage.SignedUrl;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;

/** Object stores that are wrong, each in one way. */
class WrongObjectStoresTest implements WrongOnes {

    /** All right, until a subclass does something wrong. */
    static class Store implements ObjectStore {
        final ObjectStore right;

        Store(ObjectStore right) {
            this.right = right;
        }

        @Override
        public void put(ObjectKey key, long size, InputStream content) throws IOException {
            right.put(key, size, content);
        }

        @Override
        public Optional<Long> find(ObjectKey key) {
            return right.find(key);
        }

        @Override
        public InputStream open(ObjectKey key) {
            return right.open(key);
        }

        @Override
        public boolean delete(ObjectKey key) {
            return right.delete(key);
        }

        @Override
        public SignedUrl signUpload(ObjectKey key, long size, Duration validity) {
            return right.signUpload(key, size, validity);
        }

        @Override
        public SignedUrl signDownload(ObjectKey key, String fileName, Duration validity) {
            return right.signDownload(key, fileName, validity);
        }
    }

    /** The store that proves the contract, spoiled. */
    abstract static class Spoiled extends InMemoryObjectStoreTest {
        private ObjectStore store;

        @BeforeEach
        void spoil() {
            store = spoil(super.store());
        }

        abstract ObjectStore spoil(ObjectStore right);

        @Override
        public ObjectStore store() {
            return store;
        }
    }

    @CaughtBy({
        "answersWithWhatWasStored",
        "keepsTheObjectWhenAWrongOneIsSentForIt",
        "storesTheSameContentAgain",
        "takesAnUploadBySignedUrl",
        "takesTheSameObjectFromManyAtOnce"
    })
    static class LosesTheLastByte extends Spoiled {
        @Override
        ObjectStore spoil(ObjectStore right) {
            return new Store(right) {
                @Override
                public InputStream open(ObjectKey key) {
                    try (var content = right.open(key)) {
                        var bytes = content.readAllBytes();
                        return new ByteArrayInputStream(Arrays.copyOf(bytes, Math.max(0, bytes.length - 1)));
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }
            };
        }
    }

    @CaughtBy({"refusesContentOfAnotherDigest", "keepsTheObjectWhenAWrongOneIsSentForIt"})
    static class TakesContentOfAnotherDigest extends Spoiled {
        @Override
        ObjectStore spoil(ObjectStore right) {
            return new Store(right) {
                @Override
                public void put(ObjectKey key, long size, InputStream content) throws IOException {
                    var bytes = content.readAllBytes();
                    if (bytes.length != size) {
                        throw new ExternalSystemException(Reason.REJECTED, "another size");
                    }
                    right.put(new ObjectKey(key.namespace(), Digest.of(bytes)), size, new ByteArrayInputStream(bytes));
                }
            };
        }
    }

    @CaughtBy({"storesTheSameContentAgain", "takesTheSameObjectFromManyAtOnce"})
    static class TakesAnObjectOnce extends Spoiled {
        @Override
        ObjectStore spoil(ObjectStore right) {
            return new Store(right) {
                @Override
                public synchronized void put(ObjectKey key, long size, InputStream content) throws IOException {
                    var isThere = right.find(key).isPresent();
                    right.put(key, size, content);
                    if (isThere) {
                        throw new ExternalSystemException(Reason.REJECTED, "there already");
                    }
                }
            };
        }
    }

    @CaughtBy("knowsWhatItDoesNotHave")
    static class AsksToTryAgainForWhatItDoesNotHave extends Spoiled {
        @Override
        ObjectStore spoil(ObjectStore right) {
            return new Store(right) {
                @Override
                public InputStream open(ObjectKey key) {
                    if (right.find(key).isEmpty()) {
                        throw new ExternalSystemException(Reason.UNAVAILABLE, "no such object");
                    }
                    return right.open(key);
                }
            };
        }
    }

    @CaughtBy("keepsNamespacesApart")
    static class SharesObjectsOfAllNamespaces extends Spoiled {
        @Override
        ObjectStore spoil(ObjectStore right) {
            return new Store(right) {
                @Override
                public Optional<Long> find(ObjectKey key) {
                    return right.find(key).or(() -> right.find(new ObjectKey("project-a", key.digest())));
                }
            };
        }
    }

    @CaughtBy("passesOnTheFailureOfItsSource")
    static class HidesTheFailureOfItsSource extends Spoiled {
        @Override
        ObjectStore spoil(ObjectStore right) {
            return new Store(right) {
                @Override
                public void put(ObjectKey key, long size, InputStream content) {
                    try {
                        right.put(key, size, content);
                    } catch (IOException e) {
                        throw new ExternalSystemException(Reason.UNAVAILABLE, "could not store", e);
                    }
                }
            };
        }
    }

    @CaughtBy("signsForNoLongerThanAllowed")
    static class SignsForAsLongAsOneLikes extends Spoiled {
        @Override
        ObjectStore spoil(ObjectStore right) {
            return new Store(right) {
                @Override
                public SignedUrl signUpload(ObjectKey key, long size, Duration validity) {
                    return right.signUpload(key, size, Duration.ofMinutes(1));
                }
            };
        }
    }

    @CaughtBy("takesAnUploadBySignedUrl")
    static class LetsAnUploadGoElsewhere extends Spoiled {
        @Override
        ObjectStore spoil(ObjectStore right) {
            return new Store(right) {
                @Override
                public SignedUrl signUpload(ObjectKey key, long size, Duration validity) {
                    return right.signUpload(new ObjectKey("elsewhere", key.digest()), size, validity);
                }
            };
        }
    }

    @CaughtBy("lacksWhatItSwitchedOff")
    static class GivesThePartsThatItSwitchedOff extends InMemoryObjectStoreTest {
        @Override
        public Set<Capability> lacks() {
            return Set.of(Capability.RANGES);
        }
    }

    @CaughtBy("givesAPartOfADownload")
    static class LacksPartsAndDoesNotSaySo extends Spoiled {
        @Override
        ObjectStore spoil(ObjectStore right) {
            ((InMemoryObjectStore) right).close();
            return withoutRanges();
        }
    }

    /** Not wrong: says what it lacks. */
    @CaughtBy({})
    static class SaysThatItLacksParts extends LacksPartsAndDoesNotSaySo {
        @Override
        public Set<Capability> lacks() {
            return Set.of(Capability.RANGES);
        }
    }

    private static ObjectStore withoutRanges() {
        try {
            return new InMemoryObjectStore(Set.of(ObjectStoreContract.Capability.RANGES));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
