import type { BookingRequest } from '../api/requests.ts';
import type { Answered } from '../api/refusals.ts';
import type { ActionDeps } from './act.ts';
import type { ApiCall } from './api-call.ts';
import { block, unblock } from './block.ts';
import { book } from './book.ts';
import { cancel, reschedule, setStatus } from './change.ts';
import { findTimes, holdTime } from './find-and-hold.ts';
import { describeClinic, get, list } from './read.ts';
import { acceptOffer, join, leave, listEntries } from './waitlist.ts';

/** Every action of the booking API, by its name. */
export function actions(deps: ActionDeps) {
  const work = {
    availability: findTimes(deps),
    hold: holdTime(deps),
    book: book(deps),
    reschedule: reschedule(deps),
    cancel: cancel(deps),
    status: setStatus(deps),
    block: block(deps),
    unblock: unblock(deps),
    list: list(deps),
    get: get(deps),
    join: join(deps),
    listEntries: listEntries(deps),
    leave: leave(deps),
    acceptOffer: acceptOffer(deps),
  };
  return (request: BookingRequest, call: ApiCall): Promise<Answered> => {
    switch (request.action) {
      case 'availability':
        return work.availability(request, call);
      case 'hold':
        return work.hold(request, call);
      case 'book':
        return work.book(request, call);
      case 'reschedule':
        return work.reschedule(request, call);
      case 'cancel':
        return work.cancel(request, call);
      case 'status':
        return work.status(request, call);
      case 'block':
        return work.block(request, call);
      case 'unblock':
        return work.unblock(request, call);
      case 'list':
        return work.list(request, call);
      case 'get':
        return work.get(request, call);
      case 'clinic':
        return describeClinic(request, call);
      case 'waitlist':
        switch (request.op) {
          case 'join':
            return work.join(request, call);
          case 'list':
            return work.listEntries(request, call);
          case 'leave':
            return work.leave(request, call);
          case 'accept':
            return work.acceptOffer(request, call);
        }
    }
  };
}
