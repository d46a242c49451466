<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>Not taken here</source>
        <translation>本站不收此种支付</translation>
    </message>
    <message>
        <source>This station does not take this way of paying.</source>
        <translation>本站不受理这种支付方式。</translation>
    </message>
    <message>
        <source>Offer another way of paying.</source>
        <translation>请旅客改用其他支付方式。</translation>
    </message>
    <message>
        <source>This way of paying needs the line</source>
        <translation>此种支付需要联网</translation>
    </message>
    <message>
        <source>Central has to approve it, and there is no line to central now.</source>
        <translation>须由中心批准，而目前与中心的线路不通。</translation>
    </message>
    <message>
        <source>Offer cash or card, or wait for the line.</source>
        <translation>请改用现金或银行卡，或等待线路恢复。</translation>
    </message>
    <message>
        <source>Card terminal not ready</source>
        <translation>刷卡终端未就绪</translation>
    </message>
    <message>
        <source>The card terminal does not say that it is ready. Nothing was charged.</source>
        <translation>刷卡终端没有报告就绪。未扣款。</translation>
    </message>
    <message>
        <source>Look at the terminal, then try again or offer another way of paying.</source>
        <translation>请查看终端后重试，或改用其他支付方式。</translation>
    </message>
    <message>
        <source>The card terminal does not say that it is ready ({trouble}). Nothing was charged.</source>
        <translation>刷卡终端没有报告就绪（{trouble}）。未扣款。</translation>
    </message>
    <message>
        <source>Card terminal blocked</source>
        <translation>刷卡终端已锁定</translation>
    </message>
    <message>
        <source>What became of an earlier payment on it is not known yet; a new one would wipe out the proof.</source>
        <translation>此终端上一笔支付结果尚不明确；再次刷卡会抹去凭据。</translation>
    </message>
    <message>
        <source>Settle that payment under Payments to settle first. Cash can be taken.</source>
        <translation>请先在“未了结支付”中处理该笔支付。可以收现金。</translation>
    </message>
    <message>
        <source>A payment of this sale is open</source>
        <translation>本单有未了结的支付</translation>
    </message>
    <message>
        <source>A payment of this sale is under way, paid already, or not known yet.</source>
        <translation>本单有支付正在进行、已经付款，或结果不明。</translation>
    </message>
    <message>
        <source>Finish the sale, take the payment back, or settle it under Payments to settle.</source>
        <translation>请完成售票、撤销该笔支付，或在“未了结支付”中处理。</translation>
    </message>
    <message>
        <source>Nothing left to settle</source>
        <translation>已无待处理事项</translation>
    </message>
    <message>
        <source>This payment is settled already, or a sale stands on it.</source>
        <translation>该笔支付已处理，或已据此售票。</translation>
    </message>
    <message>
        <source>Read the list again.</source>
        <translation>请重新查看列表。</translation>
    </message>
    <message>
        <source>More than is due</source>
        <translation>超出应付金额</translation>
    </message>
    <message>
        <source>The amount is higher than what is left to pay.</source>
        <translation>金额高于尚需支付的部分。</translation>
    </message>
    <message>
        <source>Type what is left, or less.</source>
        <translation>请输入不超过余额的金额。</translation>
    </message>
    <message>
        <source>Only {due} is left to pay.</source>
        <translation>尚需支付的只有 {due}。</translation>
    </message>
    <message>
        <source>Not all is paid</source>
        <translation>尚未付清</translation>
    </message>
    <message>
        <source>The payments do not cover the price yet.</source>
        <translation>各项支付之和尚不足票款。</translation>
    </message>
    <message>
        <source>Take the rest in cash or another way.</source>
        <translation>余款请收现金或用其他方式支付。</translation>
    </message>
    <message>
        <source>{missing} is not paid yet.</source>
        <translation>尚有 {missing} 未付。</translation>
    </message>
    <message>
        <source>Payments are not settled</source>
        <translation>有支付未了结</translation>
    </message>
    <message>
        <source>Of some payments of this shift it is not known whether the money moved.</source>
        <translation>本班有支付尚不知款项是否已动。</translation>
    </message>
    <message>
        <source>Settle them under Payments to settle, or have a supervisor carry them over by name.</source>
        <translation>请在“未了结支付”中处理，或由值班员逐笔结转。</translation>
    </message>
    <message>
        <source>Payments of this shift of which it is not known whether the money moved: {count}.</source>
        <translation>本班有 {count} 笔支付尚不知款项是否已动。</translation>
    </message>
    <message>
        <source>Not a payment code</source>
        <translation>不是付款码</translation>
    </message>
    <message>
        <source>This is not a payment code of this wallet. Nothing was charged.</source>
        <translation>这不是该钱包的付款码。未扣款。</translation>
    </message>
    <message>
        <source>Have the customer open the payment code anew, and scan it whole.</source>
        <translation>请旅客刷新付款码后重新完整扫码。</translation>
    </message>
    <message>
        <source>Too many payments</source>
        <translation>支付次数过多</translation>
    </message>
    <message>
        <source>This sale has had as many payments as one sale can have.</source>
        <translation>本单的支付次数已达上限。</translation>
    </message>
    <message>
        <source>Take the rest in cash, or take the payments back and begin anew.</source>
        <translation>余款请收现金，或撤销支付后重新开始。</translation>
    </message>
    <message>
        <source>Card slip</source>
        <translation>刷卡单据</translation>
    </message>
    <message>
        <source>Alipay</source>
        <translation>支付宝</translation>
    </message>
    <message>
        <source>WeChat Pay</source>
        <translation>微信支付</translation>
    </message>
    <message>
        <source>Member points</source>
        <translation>会员积分</translation>
    </message>
    <message>
        <source>Corporate account</source>
        <translation>公司账户</translation>
    </message>
    <message>
        <source>Alipay refunded</source>
        <translation>退回支付宝</translation>
    </message>
    <message>
        <source>WeChat Pay refunded</source>
        <translation>退回微信支付</translation>
    </message>
    <message>
        <source>Voucher refunded</source>
        <translation>退回代金券</translation>
    </message>
    <message>
        <source>Member points refunded</source>
        <translation>退回会员积分</translation>
    </message>
    <message>
        <source>Corporate account refunded</source>
        <translation>退回公司账户</translation>
    </message>
    <message>
        <source>Cash rounding</source>
        <translation>现金尾数</translation>
    </message>
    <message>
        <source>Payments carried over</source>
        <translation>结转的支付</translation>
    </message>
    <message>
        <source>Payments not settled</source>
        <translation>未了结的支付</translation>
    </message>
    <message>
        <source>Customer's card slip</source>
        <translation>刷卡单（旅客联）</translation>
    </message>
    <message>
        <source>Merchant's card slip</source>
        <translation>刷卡单（商户联）</translation>
    </message>
    <message>
        <source>Refund amount</source>
        <translation>退款金额</translation>
    </message>
    <message>
        <source>unresolved</source>
        <translation>未处理</translation>
    </message>
    <message>
        <source>Open drawer</source>
        <translation>开钱箱</translation>
    </message>
    <message>
        <source>Open the drawer without a sale</source>
        <translation>非售票开钱箱</translation>
    </message>
    <message>
        <source>It is journaled with your name and the reason.</source>
        <translation>将记入流水，注明本人和原因。</translation>
    </message>
    <message>
        <source>last receipt {n}</source>
        <translation>上一凭条号 {n}</translation>
    </message>
</context>
</TS>
