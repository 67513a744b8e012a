package io.animus.api.tck;

import io.animus.api.events.Destination;
import io.animus.api.events.DomainEvent;
import io.animus.api.events.EventPublisher;
import io.animus.api.events.Outcome;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.net.URI;
import java.util.HashSet;
import java.util.Set;

/** Publishers that are wrong, each in one way. */
class WrongEventPublishersTest implements WrongOnes {

    /** The publisher that proves the contract, spoiled: all right, until a subclass does something wrong. */
    abstract static class Spoiled extends InMemoryEventPublisherTest implements EventPublisher {
        EventPublisher right() {
            return super.publisher();
        }

        @Override
        public EventPublisher publisher() {
            return this;
        }

        @Override
        public boolean serves(URI url) {
            return right().serves(url);
        }

        @Override
        public boolean knowsSecret(String name) {
            return right().knowsSecret(name);
        }

        @Override
        public Outcome publish(DomainEvent event, Destination destination) {
            return right().publish(event, destination);
        }
    }

    @CaughtBy("servesOnlyItsOwnUrls")
    static class ServesEveryUrl extends Spoiled {
        @Override
        public boolean serves(URI url) {
            return true;
        }
    }

    @CaughtBy("knowsOnlyConfiguredSecrets")
    static class KnowsEverySecret extends Spoiled {
        @Override
        public boolean knowsSecret(String name) {
            return true;
        }
    }

    @CaughtBy("refusesASecretItDoesNotKnow")
    static class SendsUnsignedWithoutItsSecret extends Spoiled {
        @Override
        public Outcome publish(DomainEvent event, Destination destination) {
            return right().publish(event, new Destination(destination.subscription(), destination.url(), null));
        }
    }

    @CaughtBy({"deliversAnEvent", "sendsARepeatedEventAgain", "servesManyCallersAtOnce"})
    static class LosesEverything extends Spoiled {
        @Override
        public Outcome publish(DomainEvent event, Destination destination) {
            return destination.equals(destination()) ? new Outcome.Delivered(200) : right().publish(event, destination);
        }
    }

    @CaughtBy("sendsARepeatedEventAgain")
    static class DropsRepeats extends Spoiled {
        private final Set<DomainEvent> seen = new HashSet<>();

        @Override
        public synchronized Outcome publish(DomainEvent event, Destination destination) {
            return seen.add(event) ? right().publish(event, destination) : new Outcome.Delivered(200);
        }
    }

    @CaughtBy("postponesWhatADeadReceiverDoesNotTake")
    static class ThrowsWhenAReceiverIsDead extends Spoiled {
        @Override
        public Outcome publish(DomainEvent event, Destination destination) {
            var outcome = right().publish(event, destination);
            if (outcome instanceof Outcome.Postponed) {
                throw new ExternalSystemException(Reason.UNAVAILABLE, "nobody listens there");
            }
            return outcome;
        }
    }

    @CaughtBy("postponesWhatADeadReceiverDoesNotTake")
    static class GivesADeadReceiverUp extends Spoiled {
        @Override
        public Outcome publish(DomainEvent event, Destination destination) {
            var outcome = right().publish(event, destination);
            return outcome instanceof Outcome.Postponed
                    ? new Outcome.Refused(0, "nobody listens there", true)
                    : outcome;
        }
    }

    @CaughtBy("servesManyCallersAtOnce")
    static class ServesItsFirstCallerOnly extends Spoiled {
        private final OneCaller caller = new OneCaller();

        @Override
        public Outcome publish(DomainEvent event, Destination destination) {
            caller.check();
            return right().publish(event, destination);
        }
    }

    @CaughtBy("knowsTheSecretOfItsDestination")
    static class LacksSecretsAndDoesNotSaySo extends Spoiled {
        @Override
        public boolean knowsSecret(String name) {
            return false;
        }
    }

    @CaughtBy("lacksWhatItSwitchedOff")
    static class HasTheSecretsThatItSwitchedOff extends InMemoryEventPublisherTest {
        @Override
        public Set<Capability> lacks() {
            return Set.of(Capability.SECRETS);
        }
    }

    /** Not wrong: says what it lacks. */
    @CaughtBy({})
    static class SaysThatItLacksSecrets extends LacksSecretsAndDoesNotSaySo {
        @Override
        public Set<Capability> lacks() {
            return Set.of(Capability.SECRETS);
        }

        @Override
        public Destination destination() {
            var signed = super.destination();
            return new Destination(signed.subscription(), signed.url(), null);
        }
    }
}
