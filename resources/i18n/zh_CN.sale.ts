<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>Free</source>
        <translation>空席</translation>
    </message>
    <message>
        <source>Free here, sold elsewhere on the way</source>
        <translation>本区间空席，其他区间已售</translation>
    </message>
    <message>
        <source>In this sale</source>
        <translation>本单已选</translation>
    </message>
    <message>
        <source>Held by another sale</source>
        <translation>被其他订单占用</translation>
    </message>
    <message>
        <source>Sold</source>
        <translation>已售</translation>
    </message>
    <message>
        <source>Not sold here</source>
        <translation>本窗不售</translation>
    </message>
    <message>
        <source>Part of the way sold</source>
        <translation>部分区间已售</translation>
    </message>
    <message>
        <source>This sale</source>
        <translation>本单</translation>
    </message>
    <message>
        <source>Held elsewhere</source>
        <translation>他单占用</translation>
    </message>
    <message>
        <source>window</source>
        <translation>靠窗</translation>
    </message>
    <message>
        <source>aisle</source>
        <translation>过道</translation>
    </message>
    <message>
        <source>middle</source>
        <translation>中间</translation>
    </message>
    <message>
        <source>upper berth</source>
        <translation>上铺</translation>
    </message>
    <message>
        <source>middle berth</source>
        <translation>中铺</translation>
    </message>
    <message>
        <source>lower berth</source>
        <translation>下铺</translation>
    </message>
    <message>
        <source>Upper</source>
        <translation>上铺</translation>
    </message>
    <message>
        <source>Middle</source>
        <translation>中铺</translation>
    </message>
    <message>
        <source>Lower</source>
        <translation>下铺</translation>
    </message>
    <message>
        <source>upper</source>
        <translation>上铺</translation>
    </message>
    <message>
        <source>lower</source>
        <translation>下铺</translation>
    </message>
    <message>
        <source>Coach {coach} · {place}</source>
        <translation>{coach}车 {place}</translation>
    </message>
    <message>
        <source>no fare</source>
        <translation>无票价</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>Seat map</source>
        <translation>席位图</translation>
    </message>
    <message>
        <source>No numbered places on this service</source>
        <translation>本车次不对号入座</translation>
    </message>
    <message>
        <source>{n} free</source>
        <translation>余{n}</translation>
    </message>
    <message>
        <source>Dining</source>
        <translation>餐车</translation>
    </message>
    <message>
        <source>Dining coach</source>
        <translation>餐车</translation>
    </message>
    <message>
        <source>Kitchen</source>
        <translation>厨房</translation>
    </message>
    <message>
        <source>Buffet</source>
        <translation>吧台</translation>
    </message>
    <message>
        <source>◀ Direction of travel</source>
        <translation>◀ 运行方向</translation>
    </message>
    <message>
        <source>By departure</source>
        <translation>按发时</translation>
    </message>
    <message>
        <source>By arrival</source>
        <translation>按到时</translation>
    </message>
    <message>
        <source>By duration</source>
        <translation>按历时</translation>
    </message>
    <message>
        <source>By fare</source>
        <translation>按票价</translation>
    </message>
    <message>
        <source>All services</source>
        <translation>全部车次</translation>
    </message>
    <message>
        <source>With places</source>
        <translation>有票车次</translation>
    </message>
    <message>
        <source>G, D and C only</source>
        <translation>仅高铁动车</translation>
    </message>
    <message>
        <source>Departed</source>
        <translation>已发车</translation>
    </message>
    <message>
        <source>Not on sale yet</source>
        <translation>未到起售时间</translation>
    </message>
    <message>
        <source>sold out</source>
        <translation>无票</translation>
    </message>
    <message>
        <source>Service</source>
        <translation>车次</translation>
    </message>
    <message>
        <source>Departure</source>
        <translation>发车</translation>
    </message>
    <message>
        <source>Arrives</source>
        <translation>到达</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>历时</translation>
    </message>
    <message>
        <source>From</source>
        <translation>发站</translation>
    </message>
    <message>
        <source>To</source>
        <translation>到站</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>席别</translation>
    </message>
    <message>
        <source>Passengers</source>
        <translation>人数</translation>
    </message>
    <message>
        <source>Wish</source>
        <translation>要求</translation>
    </message>
    <message>
        <source>Not understood</source>
        <translation>未识别</translation>
    </message>
    <message>
        <source>G1 bjn shhq 1205 2 2a1c  —  service or stations, date, class, passengers</source>
        <translation>G1 bjn shhq 1205 2 2a1c  —  车次或站名、日期、席别、人数</translation>
    </message>
    <message>
        <source>Entry line</source>
        <translation>快速录入</translation>
    </message>
    <message>
        <source>Any class</source>
        <translation>不限席别</translation>
    </message>
    <message>
        <source>Tab takes a completion, Enter goes on, ↓ walks into the list.</source>
        <translation>Tab 补全，Enter 下一步，↓ 进入列表。</translation>
    </message>
    <message>
        <source>Tab:</source>
        <translation>Tab：</translation>
    </message>
    <message>
        <source>Stations</source>
        <translation>车站</translation>
    </message>
    <message>
        <source>Type where to: stations by initials, pinyin, code or name.</source>
        <translation>请输入发到站：首拼、全拼、电报码或站名。</translation>
    </message>
    <message>
        <source>The filter hides all {n} services. F5 shows them.</source>
        <translation>筛选隐藏了全部 {n} 趟车次，按 F5 显示。</translation>
    </message>
    <message>
        <source>No service between these stations on this day. F3 looks at the next.</source>
        <translation>当日两站间无车次，按 F3 查看次日。</translation>
    </message>
    <message>
        <source>A word is not clear. Type more of it or a station code, or take a completion with Tab.</source>
        <translation>有词不明确。请多输几个字母或电报码，或按 Tab 补全。</translation>
    </message>
    <message>
        <source>{n} services</source>
        <translation>共 {n} 趟</translation>
    </message>
    <message>
        <source>Services</source>
        <translation>车次</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>席位</translation>
    </message>
    <message>
        <source>Passenger type</source>
        <translation>票种</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>证件</translation>
    </message>
    <message>
        <source>ID card</source>
        <translation>身份证</translation>
    </message>
    <message>
        <source>Passport</source>
        <translation>护照</translation>
    </message>
    <message>
        <source>Other document</source>
        <translation>其他证件</translation>
    </message>
    <message>
        <source>Passenger {n}: document</source>
        <translation>旅客{n}：证件</translation>
    </message>
    <message>
        <source>{n} of {all} characters</source>
        <translation>{n}/{all} 位</translation>
    </message>
    <message>
        <source>Nothing can be printed now. Mend the printer first; a sale made now prints when it is ready.</source>
        <translation>现在无法打印。请先处理打印机；现在成交的车票将在打印机就绪后打印。</translation>
    </message>
    <message>
        <source>Sell without paper</source>
        <translation>先成交，后打印</translation>
    </message>
    <message>
        <source>Wait</source>
        <translation>等待</translation>
    </message>
    <message>
        <source>Document number</source>
        <translation>证件号码</translation>
    </message>
    <message>
        <source>Places are not numbered here: passengers sit where they like.</source>
        <translation>本车不对号入座，旅客自行就座。</translation>
    </message>
    <message>
        <source>Which one: {names}? Tab takes the first; or type more of it.</source>
        <translation>是哪一个：{names}？按 Tab 取第一个，或再多输几个字母。</translation>
    </message>
    <message>
        <source>Read back to the customer</source>
        <translation>请向旅客复述</translation>
    </message>
    <message>
        <source>To pay</source>
        <translation>应收</translation>
    </message>
    <message>
        <source>Take payment  F9</source>
        <translation>收款  F9</translation>
    </message>
    <message>
        <source>{n} without numbers</source>
        <translation>不对号 {n} 人</translation>
    </message>
    <message>
        <source>F2 changes places</source>
        <translation>F2 改选席位</translation>
    </message>
    <message>
        <source>{n} more to choose.</source>
        <translation>还需选 {n} 席。</translation>
    </message>
    <message>
        <source>Passenger {n}: type</source>
        <translation>旅客{n}：票种</translation>
    </message>
    <message>
        <source>Passenger {n}: name</source>
        <translation>旅客{n}：姓名</translation>
    </message>
    <message>
        <source>Passenger {n}: document number</source>
        <translation>旅客{n}：证件号码</translation>
    </message>
    <message>
        <source>not needed</source>
        <translation>不需要</translation>
    </message>
    <message>
        <source>Fill in what is marked.</source>
        <translation>请补全标出的项目。</translation>
    </message>
    <message>
        <source>Held for {time}</source>
        <translation>占座剩余 {time}</translation>
    </message>
    <message>
        <source>Passenger list</source>
        <translation>旅客</translation>
    </message>
    <message>
        <source>Sell</source>
        <translation>售票</translation>
    </message>
    <message>
        <source>New</source>
        <translation>新单</translation>
    </message>
    <message>
        <source>Park</source>
        <translation>挂单</translation>
    </message>
    <message>
        <source>Take payment</source>
        <translation>收款</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>◀ Day</source>
        <translation>◀ 前一日</translation>
    </message>
    <message>
        <source>Day ▶</source>
        <translation>后一日 ▶</translation>
    </message>
    <message>
        <source>Sort</source>
        <translation>排序</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Recall</source>
        <translation>取单</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Give up this sale?</source>
        <translation>放弃本单？</translation>
    </message>
    <message>
        <source>Its places are let go and what was typed is lost.</source>
        <translation>席位将释放，已录入的内容将丢失。</translation>
    </message>
    <message>
        <source>Give up</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Sale parked: {label}</source>
        <translation>已挂单：{label}</translation>
    </message>
    <message>
        <source>F8 brings it back while its places are held.</source>
        <translation>占座有效期内按 F8 取回。</translation>
    </message>
    <message>
        <source>Holding places …</source>
        <translation>正在占座…</translation>
    </message>
    <message>
        <source>waiting to print</source>
        <translation>等待打印</translation>
    </message>
    <message>
        <source>printing …</source>
        <translation>正在打印…</translation>
    </message>
    <message>
        <source>printed</source>
        <translation>已打印</translation>
    </message>
    <message>
        <source>not printed yet, prints by itself</source>
        <translation>尚未打印，恢复后自动打印</translation>
    </message>
    <message>
        <source>did it come out?</source>
        <translation>票出来了吗？</translation>
    </message>
    <message>
        <source>came out, says the clerk</source>
        <translation>售票员确认已出票</translation>
    </message>
    <message>
        <source>spoiled, a copy follows</source>
        <translation>废票，随后补打</translation>
    </message>
    <message>
        <source>Sale done</source>
        <translation>售票完成</translation>
    </message>
    <message>
        <source>Checkout</source>
        <translation>收款</translation>
    </message>
    <message>
        <source>Ticket printer</source>
        <translation>打印机</translation>
    </message>
    <message>
        <source>Cash received</source>
        <translation>实收现金</translation>
    </message>
    <message>
        <source>Quick sums</source>
        <translation>快捷金额</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>找零</translation>
    </message>
    <message>
        <source>Tickets</source>
        <translation>车票</translation>
    </message>
    <message>
        <source>Yes, it came out  F2</source>
        <translation>已出票  F2</translation>
    </message>
    <message>
        <source>No, or unusable  F3</source>
        <translation>未出票或作废  F3</translation>
    </message>
    <message>
        <source>Next sale  Enter</source>
        <translation>下一单  Enter</translation>
    </message>
    <message>
        <source>It came out</source>
        <translation>已出票</translation>
    </message>
    <message>
        <source>It did not</source>
        <translation>未出票</translation>
    </message>
    <message>
        <source>Next sale</source>
        <translation>下一单</translation>
    </message>
    <message>
        <source>Look it up in orders</source>
        <translation>到订单中查询</translation>
    </message>
    <message>
        <source>Printer</source>
        <translation>打印机</translation>
    </message>
    <message>
        <source>Confirm</source>
        <translation>确认</translation>
    </message>
    <message>
        <source>Payment is under way</source>
        <translation>正在收款</translation>
    </message>
    <message>
        <source>Confirm it with F9, or go back with Esc and hand the money back.</source>
        <translation>按 F9 确认收款；或按 Esc 返回并退还现金。</translation>
    </message>
    <message>
        <source>The paper is not settled</source>
        <translation>打印结果未确认</translation>
    </message>
    <message>
        <source>It is not known whether it came out. It stays open under Devices.</source>
        <translation>不确定车票是否打出，可在“设备”中继续处理。</translation>
    </message>
    <message>
        <source>Stay</source>
        <translation>留在此页</translation>
    </message>
    <message>
        <source>Selling …</source>
        <translation>正在出票…</translation>
    </message>
    <message>
        <source>Passengers: {n}</source>
        <translation>人数：{n}</translation>
    </message>
    <message>
        <source>Still missing</source>
        <translation>还差</translation>
    </message>
    <message>
        <source>Confirm and print  Enter</source>
        <translation>确认并出票  Enter</translation>
    </message>
    <message>
        <source>It is not known whether this sale was made</source>
        <translation>不确定本单是否成交</translation>
    </message>
    <message>
        <source>To pay {due}   Received {received}</source>
        <translation>应收 {due}   实收 {received}</translation>
    </message>
    <message>
        <source>Did {title} come out of the printer?</source>
        <translation>车票 {title} 打印出来了吗？</translation>
    </message>
    <message>
        <source>valid</source>
        <translation>有效</translation>
    </message>
    <message>
        <source>refunded</source>
        <translation>已退</translation>
    </message>
    <message>
        <source>exchanged</source>
        <translation>已改签</translation>
    </message>
    <message>
        <source>voided</source>
        <translation>已作废</translation>
    </message>
    <message>
        <source>Price paid</source>
        <translation>票价</translation>
    </message>
    <message>
        <source>Reduction</source>
        <translation>优惠</translation>
    </message>
    <message>
        <source>Surcharge</source>
        <translation>加价</translation>
    </message>
    <message>
        <source>Refund fee</source>
        <translation>退票费</translation>
    </message>
    <message>
        <source>Ticket</source>
        <translation>车票</translation>
    </message>
    <message>
        <source>Route</source>
        <translation>区间</translation>
    </message>
    <message>
        <source>Passenger</source>
        <translation>旅客</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>票价</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Refund</source>
        <translation>退票</translation>
    </message>
    <message>
        <source>Scan the ticket, or type its number, its serial or the document number</source>
        <translation>扫描车票，或输入票号、序号、证件号码</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Rule that applies</source>
        <translation>适用规则</translation>
    </message>
    <message>
        <source>Pay out in cash</source>
        <translation>应退现金</translation>
    </message>
    <message>
        <source>Refund  F9</source>
        <translation>退票  F9</translation>
    </message>
    <message>
        <source>Refunded</source>
        <translation>退票完成</translation>
    </message>
    <message>
        <source>Hand out</source>
        <translation>付给旅客</translation>
    </message>
    <message>
        <source>Next refund  Enter</source>
        <translation>下一张  Enter</translation>
    </message>
    <message>
        <source>Next refund</source>
        <translation>下一张</translation>
    </message>
    <message>
        <source>Another ticket</source>
        <translation>另一张票</translation>
    </message>
    <message>
        <source>{n} tickets answer to this. Choose with the arrow keys and Enter.</source>
        <translation>找到 {n} 张车票，用方向键选择后按 Enter。</translation>
    </message>
    <message>
        <source>The ticket must be in hand. Enter finds it.</source>
        <translation>须收回原票。按 Enter 查找。</translation>
    </message>
    <message>
        <source>Refunding …</source>
        <translation>正在退票…</translation>
    </message>
    <message>
        <source>Ticket no. {number}</source>
        <translation>票号 {number}</translation>
    </message>
    <message>
        <source>Sold {when} by {clerk}</source>
        <translation>{when} 由 {clerk} 售出</translation>
    </message>
    <message>
        <source>Ticket {number} is refunded; its place is free again. Fee kept: {fee}. The slip is being printed.</source>
        <translation>车票 {number} 已退，席位已释放。退票费 {fee}。正在打印退票凭条。</translation>
    </message>
    <message>
        <source>Until {when}; after that another rule applies.</source>
        <translation>有效至 {when}，此后适用另一规则。</translation>
    </message>
    <message>
        <source>Holds for {time}; after that another rule applies.</source>
        <translation>剩余 {time}，此后适用另一规则。</translation>
    </message>
    <message>
        <source>Parked as</source>
        <translation>挂单名</translation>
    </message>
    <message>
        <source>No sale is parked. F7 in a sale parks it.</source>
        <translation>没有挂单。售票时按 F7 挂单。</translation>
    </message>
    <message>
        <source>Parked sales</source>
        <translation>挂单</translation>
    </message>
    <message>
        <source>Held for</source>
        <translation>占座剩余</translation>
    </message>
    <message>
        <source>ran out</source>
        <translation>已到期</translation>
    </message>
    <message>
        <source>Recalling …</source>
        <translation>正在取单…</translation>
    </message>
</context>
</TS>
