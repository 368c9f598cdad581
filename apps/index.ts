/** The catalogue: the applications that a stack can choose in `flotilla:application`. */
import type { Catalogue } from "../src/model/written";
import { onlineBoutique } from "./online-boutique";
import { orderService } from "./order-service";
import { robotShop } from "./robot-shop";

export const catalogue: Catalogue = {
  [robotShop.name]: robotShop,
  [onlineBoutique.name]: onlineBoutique,
  [orderService.name]: orderService,
};
